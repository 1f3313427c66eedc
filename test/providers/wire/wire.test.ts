import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createOllamaProvider } from '../../../src/providers/ollama/provider.ts';
import { createFetch } from '../../../src/providers/wire/fetch.ts';
import { CONNECT } from '../connect.ts';
import { never, REQUEST } from '../conversation.ts';
import { failureOf, listen } from '../listen.ts';
import { withServerSaying } from '../saying.ts';

const sse = (...data: unknown[]) => data.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('');

/** "Hello" as each provider's vendor streams it. */
const HELLO: Record<string, { type: string; body: string }> = {
  openai: {
    type: 'text/event-stream',
    body: `${sse({ choices: [{ delta: { content: 'Hello' }, finish_reason: 'stop' }] })}data: [DONE]\n\n`,
  },
  anthropic: {
    type: 'text/event-stream',
    body: sse(
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
      { type: 'message_stop' },
    ),
  },
  ollama: {
    type: 'application/x-ndjson',
    body: `${JSON.stringify({ message: { content: 'Hello' }, done: true, done_reason: 'stop' })}\n`,
  },
};
HELLO.custom = HELLO.openai!;

describe.each(Object.keys(CONNECT))('%s', (provider) => {
  const { type, body } = HELLO[provider]!;

  test('reads what was compressed as it comes, and closes the connection when it leaves', async () => {
    const bytes = gzipSync(body);
    const closed = Promise.withResolvers<void>();
    const url = await serve((response) => {
      response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' });
      // The end of the compression never comes.
      response.write(bytes.subarray(0, -4));
      response.once('close', closed.resolve);
    });
    const heard = await listen(CONNECT[provider]!(url).stream(REQUEST, never()));
    expect(heard.text).toBe('Hello');
    await closed.promise;
  });

  test.each([
    {
      given: 'bytes that are not what they are said to be',
      encoding: 'gzip',
      says: /incorrect header check/,
    },
    { given: 'an encoding of its own', encoding: 'pack200', says: /content encoding "pack200"/ },
  ])('$given: says so', async ({ encoding, says }) => {
    const saying = { status: 200, body, headers: { 'content-type': type, 'content-encoding': encoding } };
    const heard = await withServerSaying(saying, (url) =>
      listen(CONNECT[provider]!(url).stream(REQUEST, never())),
    );
    expect(failureOf(heard).message).toMatch(says);
  });

  test('reads the reason of a compressed refusal', async () => {
    const refusal = gzipSync(JSON.stringify({ error: { message: 'not in your region' } }));
    const saying = { status: 403, body: refusal, headers: { 'content-encoding': 'gzip' } };
    const heard = await withServerSaying(saying, (url) =>
      listen(CONNECT[provider]!(url).stream(REQUEST, never())),
    );
    expect(failureOf(heard)).toMatchObject({ code: 'PROVIDER_AUTH', status: 403 });
    expect(failureOf(heard).message).toContain('not in your region');
  });
});

test('a redirect is followed to the same question', async () => {
  const url = await serve((response, path) => {
    if (path.startsWith('/old')) response.writeHead(308, { location: path.replace('/old', '') }).end();
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).end(HELLO.openai!.body);
  });
  const heard = await listen(CONNECT.openai!(`${url}/old`).stream(REQUEST, never()));
  expect(heard).toMatchObject({ text: 'Hello', error: null });
});

test('another host that a redirect leads to is not sent the API key', async () => {
  const keys: unknown[] = [];
  const other = await serve((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(HELLO.anthropic!.body);
  }, keys);
  const url = await serve(
    (response, path) => response.writeHead(308, { location: `${other}${path}` }).end(),
    keys,
  );
  expect(await listen(CONNECT.anthropic!(url).stream(REQUEST, never()))).toMatchObject({ text: 'Hello' });
  expect(keys).toEqual([expect.any(String), undefined]);
});

describe('what Ollama’s client cannot do is done around it', () => {
  const line = (content: string, more: object = {}) =>
    `${JSON.stringify({ message: { content }, done: false, ...more })}\n`;
  const done = line('', { done: true, done_reason: 'stop' });
  const hear = (...pieces: (string | Buffer)[]) =>
    withServerSaying({ status: 200, body: Buffer.concat(pieces.map((one) => Buffer.from(one))) }, (url) =>
      listen(createOllamaProvider({ baseUrl: url }).stream(REQUEST, never())),
    );

  test.each([
    { given: 'a line that is no JSON', pieces: [line('Hi'), '{"message":\n', done] },
    { given: 'a refusal that is no JSON', pieces: [], status: 502 },
  ])('it prints $given to the console', async ({ pieces, status }) => {
    const printed = ['log', 'warn', 'error'].map((name) => vi.spyOn(console, name as 'log'));
    const heard = status
      ? await withServerSaying({ status, body: '<html>' }, (url) =>
          listen(createOllamaProvider({ baseUrl: url }).stream(REQUEST, never())),
        )
      : await hear(...pieces);
    expect(failureOf(heard).code).toMatch(/^PROVIDER_/);
    for (const spy of printed) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });

  test('it names a model that is pulled by an older name', async () => {
    const asked = Promise.withResolvers<string>();
    const server = createServer(async (request, response) => {
      asked.resolve(await text(request));
      response.end('{"status":"success"}\n');
    });
    servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pulled = createOllamaProvider({ baseUrl }).pull!('qwen3:8b', never());
    for await (const parts of pulled) expect(parts.at(-1)?.type).toBe('finish');
    expect(JSON.parse(await asked.promise)).toMatchObject({ model: 'qwen3:8b', stream: true });
  });

  test('it yields one line at a time: those that came together stay together', async () => {
    const batches: number[] = [];
    await withServerSaying({ status: 200, body: line('a') + line('b') + line('c') + done }, async (url) => {
      const stream = createOllamaProvider({ baseUrl: url }).stream(REQUEST, never());
      for await (const parts of stream) batches.push(parts.length);
    });
    expect(batches).toEqual([4]);
  });
});

test('a body that nobody asked to be whole is bounded when it is read as a whole', async () => {
  const url = await serve(async (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const piece = Buffer.alloc(1024 * 1024, 'x\n');
    while (!response.destroyed) if (!response.write(piece)) await once(response, 'drain').catch(() => {});
  });
  const response = await createFetch()(url);
  await expect(response.text()).rejects.toThrow('longer than 16 MiB');
});

const UNRESOLVED = /^(ENOTFOUND|EAI_AGAIN)$/;

test.each([
  { given: 'NODE_USE_ENV_PROXY=1', more: { NODE_USE_ENV_PROXY: '1' }, says: /^200 through the proxy$/ },
  {
    given: 'a host in NO_PROXY',
    more: { NODE_USE_ENV_PROXY: '1', NO_PROXY: '.invalid' },
    says: UNRESOLVED,
  },
  { given: 'no NODE_USE_ENV_PROXY', more: {}, says: UNRESOLVED },
])('with HTTP_PROXY and $given, a vendor is asked: $says', async ({ more, says }) => {
  const proxy = await serve((response) => response.end('through the proxy'), []);
  servers.at(-1)!.on('connect', (_request, socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\nthrough the proxy'));
  });
  const program = `
    import { createFetch } from '${new URL('../../../src/providers/wire/fetch.ts', import.meta.url)}';
    const asked = createFetch()('http://vendor.invalid/v1');
    console.log(await asked.then(async (answer) => answer.status + ' ' + (await answer.text()), ({ code }) => code));`;
  const env = { HTTP_PROXY: proxy, ...more };
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { env });
  expect((await text(child.stdout)).trim()).toMatch(says);
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** @param keys gets the API key of each request */
async function serve(
  answer: (response: import('node:http').ServerResponse, path: string) => unknown,
  keys: unknown[] = [],
): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    keys.push(request.headers['x-api-key']);
    void answer(response, request.url ?? '/');
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
