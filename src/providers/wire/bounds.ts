/** Characters of text, reasoning and arguments of tool calls in one answer. Models write up to about 1 MB. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
/** Bytes on the wire, uncompressed: a token is wrapped in 200 to 400 bytes of JSON. */
const MAX_STREAM_BYTES = 128 * 1024 * 1024;
/** Bytes of one line, and of data that are read at once, such as lists of models. */
export const MAX_WHOLE_BYTES = 16 * 1024 * 1024;

/** A vendor's answer exceeded the limit. A retry would fail in the same way. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';

  constructor(limit = `${MAX_CHARACTERS / 1024 / 1024} MiB`) {
    super(`its answer is longer than ${limit}`);
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

/**
 * The bytes of a body, until it or one of its lines is too long; then the connection is closed. @throws
 * AnswerTooLong
 */
export async function* boundedBytes(
  body: AsyncIterable<Uint8Array>,
  most = MAX_STREAM_BYTES,
): AsyncGenerator<Uint8Array> {
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
