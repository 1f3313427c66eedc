import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

/** As nginx does with its defaults: it holds a body back unless the headers forbid it, and compresses what it may. */
async function startProxy() {
  const proxy = createServer((incoming, outgoing) => {
    const { hostname, port } = new URL(server.url);
    const { method, url: path, headers } = incoming;
    const asked = request({ hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      const passes = answer.headers['x-accel-buffering'] === 'no';
      const isWhole = /no-transform/.test(answer.headers['cache-control'] ?? '');
      if (passes && isWhole) return answer.pipe(outgoing);
      const held: Buffer[] = [];
      answer.on('data', (piece) => held.push(piece)).on('end', () => outgoing.end(Buffer.concat(held)));
    });
    incoming.pipe(asked);
    outgoing.on('close', () => asked.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, close: () => proxy.close() };
}

test('a stream passes through a proxy as it comes', async () => {
  const proxy = await startProxy();
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@fault=stall,at=3' });
  const stream = await fetch(`${proxy.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ann.token}`,
      accept: 'text/event-stream',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ query: `subscription { tokens(taskId: "${id}") }` }),
  });
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('"tokens":"')) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the stream ended: ${text}`);
    text += value;
  }
  // The vendor is silent now, and the stream has not ended.
  expect(text).not.toContain('event: complete');
  expect(stream.headers.get('content-encoding')).toBeNull();
  await reader.cancel();
  proxy.close();
  await ann.query(`mutation { cancelTask(input: { id: "${id}" }) { task { id } } }`);
});
