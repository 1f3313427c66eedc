import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rebuildText } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

/** A vendor that says whatever the prompt says, as JSON; the project's own vendor server is too well behaved. */
let vendor: Server;

beforeAll(async () => {
  vendor = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (body === '') return response.writeHead(404).end();
    const said = JSON.parse(body).messages.at(-1).content;
    response.setHeader('content-type', 'text/event-stream');
    const chunk = (choice: string, usage = 'null') =>
      response.write(
        `data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":${choice},"usage":${usage}}\n\n`,
      );
    for (const piece of JSON.parse(said)) chunk(`[{"index":0,"delta":{"content":${piece}}}]`);
    chunk('[{"index":0,"delta":{},"finish_reason":"stop"}]');
    chunk('[]', '{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}');
    response.end('data: [DONE]\n\n');
  }).listen(0, '127.0.0.1');
  await once(vendor, 'listening');
});
afterAll(() => {
  vendor?.close();
});
const server = fixture(() => {
  const { port } = vendor.address() as AddressInfo;
  return startTestServer({ variables: { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` } });
});
const ann = fixture(() => server.newUser());

test.each([
  ['a NUL', ['"a\\u0000b"'], 'a\uFFFDb'],
  ['half a surrogate pair', ['"a\\ud800b"'], 'a\uFFFDb'],
  ['half a pair at the very end', ['"a\\ud83d"'], 'a\uFFFD'],
  ['a pair in two pieces', ['"a\\ud83d"', '"\\ude00b"'], 'a😀b'],
  ['a pair in two pieces, with a NUL between', ['"\\ud83d"', '"\\u0000\\ude00"'], '\uFFFD\uFFFD\uFFFD'],
])('%s in an answer: the answer is kept, in characters that can be', async (_name, pieces, expected) => {
  const id = await ann.createTask({ prompt: JSON.stringify(pieces), model: 'gpt-4o' });
  const events = (await ann.events(id)).slice(1);
  expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', result: { output: expected } });
  expect(rebuildText(events)).toBe(expected);
});
