import { STATUS_CODES } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Ask } from './ask.ts';
import { createAsk } from './ask.ts';
import { boundedBytes, MAX_WHOLE_BYTES } from './bounds.ts';
import { decompress } from './decompress.ts';
import { Refused, readRefusal } from './refused.ts';

/** The parts of a body that vendors' clients use. */
interface Body extends AsyncIterable<Uint8Array> {
  /** The parts of a web stream that Ollama's client uses. */
  getReader(): { read(): Promise<IteratorResult<Uint8Array>>; releaseLock(): void };
  cancel(): Promise<void>;
}

/**
 * The `fetch` of every vendor's client: bodies are size-limited, decompressed Node streams, and an HTTP error
 * is thrown. It has only those parts of a `Response` that the clients use.
 * @throws Refused for an HTTP error. Aborting the signal of a request closes its connection
 */
export function createFetch(ask: Ask = createAsk()): typeof fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const { status, headers, body } = await ask(url, {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      body: (init.body as string | null | undefined) ?? null,
      signal: init.signal ?? null,
    });
    // A connection that breaks after its reader has stopped must not end the process.
    body.on('error', () => {});
    const plain = await decompress(body, headers['content-encoding']);
    plain.on('error', () => {});
    const sent = new Headers();
    for (const [name, value] of Object.entries(headers)) sent.set(name, [value].flat().join(', '));
    if (status < 200 || status > 299) throw new Refused(status, sent, await readRefusal(plain));
    return toResponse(url, status, sent, toBody(plain));
  };
}

function toBody(plain: AsyncIterable<Uint8Array> & { destroy(): void }): Body {
  const bytes = boundedBytes(plain);
  const close = async () => void plain.destroy();
  return {
    [Symbol.asyncIterator]: () => bytes,
    getReader: () => ({ read: () => bytes.next(), releaseLock() {} }),
    cancel: close,
  };
}

function toResponse(url: URL, status: number, headers: Headers, body: Body): Response {
  const whole = async () => (await buffer(boundedBytes(body, MAX_WHOLE_BYTES))).toString();
  const response = {
    ok: true,
    status,
    statusText: STATUS_CODES[status] ?? '',
    url: url.href,
    redirected: false,
    headers,
    body,
    text: whole,
    json: async () => JSON.parse(await whole()),
  };
  return response as unknown as Response;
}
