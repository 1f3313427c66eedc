import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { Provider } from '../../src/providers/provider.ts';
import { CONNECT } from './connect.ts';
import { failureOf } from './listen.ts';

const MEGABYTE = 1024 * 1024;
const ALL = 400 * MEGABYTE;

let server: Server | null = null;
/** Uncompressed bytes that the server got rid of. */
let sent = 0;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

/** Sends pieces until they are 400 MB together, or the client has left. */
async function startEndless(
  answer: (response: ServerResponse) => { first?: string; piece: string },
  status = 200,
) {
  sent = 0;
  server = createServer(async (request, response) => {
    request.resume();
    const { first = '', piece } = answer(response);
    const zipped = response.getHeader('content-encoding') === 'gzip';
    response.writeHead(status);
    const out = zipped ? createGzip() : response;
    if (zipped) (out as ReturnType<typeof createGzip>).pipe(response);
    const gone = once(response, 'close');
    let isGone = false;
    void gone.then(() => {
      isGone = true;
    });
    out.write(first);
    const bytes = Buffer.from(piece.repeat(Math.max(1, Math.ceil(65_536 / piece.length))));
    while (sent < ALL && !isGone) {
      sent += bytes.length;
      if (!out.write(bytes)) await Promise.race([once(out, 'drain'), gone]);
    }
    out.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const text = 'x'.repeat(1_000);
const openai = (delta: object) => `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`;
const anthropic = (event: { type: string }) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
const padding = 'x'.repeat(50_000);
const SSE = 'text/event-stream';
const NDJSON = 'application/x-ndjson';

interface Endless {
  provider: string;
  what: string;
  type: string;
  first?: string;
  piece: string;
}

const call = { index: 0, id: 'c', function: { name: 'f', arguments: text } };
const STREAMS: Endless[] = ['openai', 'custom'].flatMap((provider) => [
  { provider, what: 'text', type: SSE, piece: openai({ content: text }) },
  { provider, what: 'reasoning', type: SSE, piece: openai({ reasoning: text }) },
  { provider, what: 'arguments of a tool call', type: SSE, piece: openai({ tool_calls: [call] }) },
  { provider, what: 'one line', type: SSE, first: 'data: ', piece: 'x' },
  { provider, what: 'empty events', type: SSE, piece: openai({ padding }) },
  { provider, what: 'a JSON instead of a stream', type: 'application/json', first: '{"a":"', piece: 'x' },
]);
STREAMS.push(
  ...[
    ['text', { type: 'text', text: '' }, { type: 'text_delta', text }],
    ['reasoning', { type: 'thinking', thinking: '' }, { type: 'thinking_delta', thinking: text }],
    [
      'arguments of a tool call',
      { type: 'tool_use', id: 'a', name: 'b', input: {} },
      { type: 'input_json_delta', partial_json: text },
    ],
  ].map(([what, content_block, delta]) => ({
    provider: 'anthropic',
    what: what as string,
    type: SSE,
    first: anthropic({ type: 'content_block_start', index: 0, content_block } as { type: string }),
    piece: anthropic({ type: 'content_block_delta', index: 0, delta } as { type: string }),
  })),
  { provider: 'anthropic', what: 'one line', type: SSE, first: 'data: ', piece: 'x' },
  {
    provider: 'anthropic',
    what: 'pings',
    type: SSE,
    piece: anthropic({ type: 'ping', padding } as { type: string }),
  },
  {
    provider: 'ollama',
    what: 'text',
    type: NDJSON,
    piece: `${JSON.stringify({ message: { content: text } })}\n`,
  },
  {
    provider: 'ollama',
    what: 'reasoning',
    type: NDJSON,
    piece: `${JSON.stringify({ message: { thinking: text } })}\n`,
  },
  { provider: 'ollama', what: 'one line', type: NDJSON, piece: 'x' },
  {
    provider: 'ollama',
    what: 'arguments of a tool call',
    type: NDJSON,
    piece: `${JSON.stringify({ message: { tool_calls: [{ function: { name: 'f', arguments: { a: text } } }] } })}\n`,
  },
);

async function outcome(provider: Provider) {
  let characters = 0;
  const request = { model: 'm', messages: [{ role: 'user', content: 'x' }], parameters: {} } as never;
  try {
    for await (const parts of provider.stream(request, new AbortController().signal)) {
      for (const part of parts) if ('text' in part) characters += part.text.length;
    }
  } catch (error) {
    return { characters, failure: failureOf({ error } as never) };
  }
  throw new Error('it came to an end');
}

describe.each(STREAMS)('$provider: $what without an end', ({ provider, what, type, first = '', piece }) => {
  test.each(what === 'text' ? ['as it is', 'compressed'] : ['as it is'])(
    'is cut off, %s',
    async (how) => {
      const url = await startEndless((response) => {
        response.setHeader('content-type', type);
        if (how === 'compressed') response.setHeader('content-encoding', 'gzip');
        return { first, piece };
      });
      const { characters, failure } = await outcome(CONNECT[provider]!(url));
      expect(failure.code).toBe('PROVIDER_BAD_REQUEST');
      expect(failure.message).toMatch(
        /was stopped: its answer is longer than 16 MiB\. Ask for a shorter answer/,
      );
      expect(characters).toBeLessThanOrEqual(17 * MEGABYTE);
      expect(sent).toBeLessThan(200 * MEGABYTE);
    },
    60_000,
  );
});

test.each(Object.keys(CONNECT))(
  '%s: an error message without an end is not read to it',
  async (provider) => {
    const url = await startEndless((response) => {
      response.setHeader('content-type', 'application/json');
      return { first: '{"error":{"message":"', piece: 'x' };
    }, 500);
    const { failure } = await outcome(CONNECT[provider]!(url));
    expect(failure.code).toMatch(/^PROVIDER_/);
    expect(failure.message.length).toBeLessThan(2_000);
    expect(sent).toBeLessThan(64 * MEGABYTE);
  },
  60_000,
);

/** Of what is read of it, and of garbage; the whole is 400 MB. The heap is bounded, so that garbage is collected. */
const MOST_GROWTH = 250 * MEGABYTE;
const run = promisify(execFile);

test.each(STREAMS)(
  '$provider: $what without an end does not fill the memory',
  async ({ provider, type, first = '', piece }) => {
    const url = await startEndless((response) => {
      response.setHeader('content-type', type);
      return { first, piece };
    });
    const program = new URL('./read-endless.ts', import.meta.url).pathname;
    const { stdout } = await run(process.execPath, ['--max-old-space-size=160', program, provider, url]);
    const { grown, cutOff } = JSON.parse(stdout);
    expect(cutOff).toContain('its answer is longer than 16 MiB');
    expect(grown).toBeLessThan(MOST_GROWTH);
  },
  60_000,
);
