import { StringDecoder } from 'node:string_decoder';

export interface BoundedOutput {
  push(chunk: Buffer): void;
  /** Everything, or its head and tail with a line between them that states how many bytes were omitted. */
  text(): string;
  isTruncated(): boolean;
}

/** Keeps about twice `maxBytes` at most, however much is written. */
export function createBoundedOutput(maxBytes: number): BoundedOutput {
  const half = Math.ceil(maxBytes / 2);
  const head: Buffer[] = [];
  let headBytes = 0;
  let tail: Buffer[] = [];
  let tailBytes = 0;
  let total = 0;
  return {
    push(chunk) {
      total += chunk.length;
      const first = chunk.subarray(0, half - headBytes);
      if (first.length > 0) head.push(first);
      headBytes += first.length;
      const rest = chunk.subarray(first.length);
      if (rest.length === 0) return;
      tail.push(rest);
      tailBytes += rest.length;
      if (tailBytes <= 2 * half) return;
      // A copy, so that the memory of what is cut off is released.
      tail = [Buffer.from(Buffer.concat(tail).subarray(-half))];
      tailBytes = half;
    },
    text() {
      const end = Buffer.concat(tail);
      if (total <= 2 * half) return Buffer.concat([...head, end]).toString();
      const kept = fromCharacter(end.subarray(-half));
      const start = new StringDecoder('utf8').write(Buffer.concat(head));
      const missing = total - Buffer.byteLength(start) - kept.length;
      return `${start}\n[… ${missing.toLocaleString('en')} bytes omitted …]\n${kept.toString()}`;
    },
    isTruncated: () => total > 2 * half,
  };
}

/** Drops the rest of a character whose beginning is missing: up to three bytes. */
function fromCharacter(bytes: Buffer): Buffer {
  let start = 0;
  while (start < 3 && isContinuation(bytes[start])) start += 1;
  return isContinuation(bytes[start]) ? bytes : bytes.subarray(start);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
