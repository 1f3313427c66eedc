import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { DialectTable } from '../definitions/dialect-table.ts';

/** Data of a request that was passed from a documented path to a dialect's mount. */
export interface Passage {
  /** The dialects whose client may have sent it; an error is answered with the members of all of them. */
  possible: readonly DialectTable[];
  /** The body as far as it was read for the choice; null: it was not read. */
  body: Buffer | null;
}

/** Requests on their way from a documented path to a mount. */
export type Passages = WeakMap<IncomingMessage, Passage>;

/** The body for the second reader. @returns undefined when it has not been read before */
export function readAgain(passages: Passages, request: IncomingMessage): Readable | undefined {
  const body = passages.get(request)?.body;
  return body ? Readable.from(body) : undefined;
}
