import { ReadableStream } from 'node:stream/web';

/** Characters of text, reasoning and arguments of tool calls in one answer. Models write up to about 1 MB. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
/** Bytes on the wire, uncompressed: a token alone is wrapped in 200 to 400 bytes of JSON. */
const MAX_STREAM_BYTES = 128 * 1024 * 1024;
/** Bytes of one line, and of what is read as a whole, such as lists of models and error messages. */
const MAX_WHOLE_BYTES = 16 * 1024 * 1024;

/** A vendor's answer exceeded the limit. A retry would fail in the same way. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';

  constructor() {
    super(`its answer is longer than ${MAX_CHARACTERS / 1024 / 1024} MiB`);
  }
}

/** Returns a function that counts text kept in memory and throws AnswerTooLong above the limit. */
export function countCharacters(): (...texts: (string | null | undefined)[]) => void {
  let characters = 0;
  return (...texts) => {
    for (const text of texts) characters += text?.length ?? 0;
    if (characters > MAX_CHARACTERS) throw new AnswerTooLong();
  };
}

type Body = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The bytes of a streamed body, until it or one of its lines is too long; then the connection is closed. @throws AnswerTooLong */
export async function* boundedBytes(body: Body, most = MAX_STREAM_BYTES): AsyncGenerator<Uint8Array> {
  let total = 0;
  let line = 0;
  for await (const bytes of body) {
    const end = bytes.lastIndexOf(NEWLINE);
    line = end === -1 ? line + bytes.length : bytes.length - end - 1;
    total += bytes.length;
    if (total > most || line > MAX_WHOLE_BYTES) throw new AnswerTooLong();
    yield bytes;
  }
}

const NEWLINE = 0x0a;

/** `fetch` whose answers may be read as a whole; streams are for `boundedBytes`. */
export function boundedFetch(unbounded: typeof fetch = fetch): typeof fetch {
  return async (input, init) => {
    const response = await unbounded(input, init);
    if (!response.body || isStream(response)) return response;
    const body = ReadableStream.from(boundedBytes(response.body, MAX_WHOLE_BYTES));
    return new Response(body as BodyInit, response);
  };
}

function isStream({ ok, headers }: Response): boolean {
  return ok && /event-stream|ndjson/.test(headers.get('content-type') ?? '');
}
