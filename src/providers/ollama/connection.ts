import type { z } from 'zod';
import { boundedFetch } from '../bounded-answer.ts';
import { ProviderError } from '../provider.ts';
import { brokenOff, unreachable } from '../thrown.ts';
import type { Vendor } from '../vendor.ts';
import { refused } from './errors.ts';
import { readLines } from './read-lines.ts';

/** What makes parts of the lines of an answer. */
export type LineReader<Part> = (
  vendor: Vendor,
  arrivals: AsyncIterable<readonly string[]>,
) => AsyncIterable<readonly Part[]>;

export interface Connection {
  /** @throws ProviderError */
  get<Shape extends z.ZodType>(path: string, shape: Shape, signal: AbortSignal): Promise<z.output<Shape>>;
  /** An answer that comes line by line. @throws ProviderError */
  post<Part>(
    path: string,
    asked: object,
    read: LineReader<Part>,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Part[]>;
}

/**
 * Ollama's own API by plain `fetch`: its client library cannot be given a signal, leaves the connection open when
 * the reader goes, waits for headers for ever, and prints lines that it cannot read to the console.
 */
export function connect(vendor: Vendor, baseUrl: string): Connection {
  async function request(path: string, init: RequestInit): Promise<Response> {
    const response = await boundedFetch()(`${baseUrl}${path}`, init).catch((error) => {
      throw unreachable(vendor, error);
    });
    if (!response.ok) throw await refused(vendor, response);
    return response;
  }

  const inOurWords = (error: unknown) => (error instanceof ProviderError ? error : brokenOff(vendor, error));
  return {
    async get(path, shape, signal) {
      try {
        const response = await request(path, { signal });
        return shape.parse(await response.json());
      } catch (error) {
        throw inOurWords(error);
      }
    },
    async *post(path, asked, read, signal) {
      const body = JSON.stringify(asked);
      const headers = { 'content-type': 'application/json' };
      try {
        const response = await request(path, { method: 'POST', headers, body, signal });
        yield* read(vendor, readLines(response.body ?? []));
      } catch (error) {
        throw inOurWords(error);
      }
    },
  };
}
