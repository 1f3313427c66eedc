import { type AbortableAsyncIterator, Ollama } from 'ollama';
import type { JsonObject } from '../../rules/json/json-object.ts';
import { brokenOff, notAnswered } from '../failures/thrown.ts';
import { ProviderError } from '../provider.ts';
import type { Vendor } from '../vendor.ts';
import { type Handed, readableLines } from './lines.ts';

export interface Connection {
  /** A complete response. @throws ProviderError */
  get<Answer>(ask: (client: Ollama) => Promise<Answer>, signal: AbortSignal): Promise<Answer>;
  /** A response line by line: the parts of all lines that arrived together. @throws ProviderError */
  stream<Line extends object, Part>(
    ask: (client: Ollama) => Promise<AbortableAsyncIterator<Line>>,
    read: (line: Line, parts: Part[]) => void,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Part[]>;
}

/**
 * Ollama's own client, a new one for each call. It does not accept a signal, leaves the connection open when
 * its reader stops, and prints what it cannot parse, so its `fetch` carries the signal and passes on only
 * valid data.
 */
export function connect(vendor: Vendor, host: string, fetch: typeof globalThis.fetch): Connection {
  const fetchUntil =
    (signal: AbortSignal): typeof fetch =>
    async (url, init) => {
      try {
        return await fetch(url, { ...withModel(init), signal });
      } catch (error) {
        throw notAnswered(vendor, error);
      }
    };
  return {
    async get(ask, signal) {
      try {
        return await ask(new Ollama({ host, fetch: fetchUntil(signal) }));
      } catch (error) {
        throw inOurWords(vendor, error);
      }
    },
    async *stream<Line extends object, Part>(
      ask: (client: Ollama) => Promise<AbortableAsyncIterator<Line>>,
      read: (line: Line, parts: Part[]) => void,
      signal: AbortSignal,
    ): AsyncGenerator<readonly Part[]> {
      const handed: Handed = { lines: 0, isAll: false };
      const bodies: Response['body'][] = [];
      const client = new Ollama({
        host,
        async fetch(url, init) {
          const response = await fetchUntil(signal)(url, init);
          bodies.push(response.body);
          return withLines(vendor, response, handed);
        },
      });
      try {
        yield* together(await ask(client), handed, read);
      } catch (error) {
        // "Did not receive done": `watchStream` reports the missing end.
        if (!handed.isAll || error instanceof ProviderError) throw inOurWords(vendor, error);
      } finally {
        for (const body of bodies) await body?.cancel();
      }
    },
  };
}

/** A pull names its model by `name` alone, which Ollama has renamed to `model`. */
function withModel(init: RequestInit = {}): RequestInit {
  if (typeof init.body !== 'string' || !init.body.startsWith('{"name"')) return init;
  const body: JsonObject = JSON.parse(init.body);
  return { ...init, body: JSON.stringify({ ...body, model: body.name }) };
}

function withLines(vendor: Vendor, response: Response, handed: Handed): Response {
  const lines = readableLines(vendor, response.body as unknown as AsyncIterable<Uint8Array>, handed);
  const body = { getReader: () => ({ read: () => lines.next(), releaseLock() {} }) };
  return { ok: true, status: response.status, headers: response.headers, body } as unknown as Response;
}

/** The client yields one line after the other; lines passed to it together are yielded in one step. */
async function* together<Line, Part>(
  lines: AsyncIterable<Line>,
  handed: Handed,
  read: (line: Line, parts: Part[]) => void,
): AsyncGenerator<readonly Part[]> {
  let parts: Part[] = [];
  let count = 0;
  try {
    for await (const line of lines) {
      read(line, parts);
      count += 1;
      if (count < handed.lines) continue;
      yield parts;
      parts = [];
    }
  } catch (error) {
    if (parts.length > 0) yield parts;
    throw error;
  }
  if (parts.length > 0) yield parts;
}

function inOurWords(vendor: Vendor, error: unknown): ProviderError {
  return error instanceof ProviderError ? error : brokenOff(vendor, error);
}
