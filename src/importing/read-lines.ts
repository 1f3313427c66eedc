import { isUtf8 } from 'node:buffer';

/** A line longer than this, in bytes, is not read into memory. */
export const MAX_LINE = 4 * 1024 * 1024;

export interface Line {
  /** From 1. */
  number: number;
  /** null: it cannot be read. */
  text: string | null;
  bytes: number;
}

const NEWLINE = 0x0a;

/** The lines of a stream that are not blank. At most one is in memory at a time; one that is too long is dropped. */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let number = 0;
  let parts: Buffer[] = [];
  let bytes = 0;

  const hold = (part: Buffer) => {
    bytes += part.length;
    parts = bytes > MAX_LINE ? [] : [...parts, part];
  };
  const take = (): Line => {
    number += 1;
    const line = { number, text: bytes > MAX_LINE ? null : decode(Buffer.concat(parts)), bytes };
    parts = [];
    bytes = 0;
    return line;
  };

  for await (const chunk of chunks) {
    let begin = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, begin)) {
      hold(chunk.subarray(begin, end));
      begin = end + 1;
      const line = take();
      if (line.text?.trim() !== '') yield line;
    }
    hold(chunk.subarray(begin));
  }
  const last = take();
  if (last.text?.trim() !== '') yield last;
}

/** `trim` removes a byte order mark as well. @returns null when it is not UTF-8 */
function decode(line: Buffer): string | null {
  return isUtf8(line) ? line.toString().trim() : null;
}
