import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { DialectTable } from '../definitions/dialect-table.ts';

/** What a request brings along that was led from a documented path to a dialect's mount. */
export interface Passage {
  /** Of whose clients it may be one; it is told in the words of all of them what went wrong. */
  possible: readonly DialectTable[];
  /** What was read of it to find that out; null: nothing was. */
  body: Buffer | null;
}

/** Of requests on their way from a documented path to a mount. */
export type Passages = WeakMap<IncomingMessage, Passage>;

/** The body for the second reader. @returns undefined when there was no first. */
export function readAgain(passages: Passages, request: IncomingMessage): Readable | undefined {
  const body = passages.get(request)?.body;
  return body ? Readable.from(body) : undefined;
}
