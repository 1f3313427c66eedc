/** Maximum bytes that are queued for clients and not yet sent. A single response has up to 16 MB. */
const MOST_OF_ONE = 32 * 1024 * 1024;
const MOST_OF_ALL = 64 * 1024 * 1024;

/** A connection or stream whose client may read slowly. */
export interface Reader {
  readonly destroyed: boolean;
  /** Bytes that wait for the client. */
  readonly writableLength: number;
  destroy(): void;
}

/** Unsent bytes per slow reader, as last measured, and their sum. */
export interface Backlog<One extends Reader> {
  /** Measures a reader. */
  note(reader: One): void;
  /** Measures a reader, ends it when it has too many bytes, and the largest ones when all together have too many. */
  bound(reader: One): void;
  forget(reader: One): void;
}

/** @param end ends a reader that has too many bytes */
export function createBacklog<One extends Reader>(end: (reader: One) => void): Backlog<One> {
  const waiting = new Map<One, number>();
  let total = 0;

  function note(reader: One): void {
    const bytes = reader.destroyed ? 0 : reader.writableLength;
    total += bytes - (waiting.get(reader) ?? 0);
    if (bytes > 0) waiting.set(reader, bytes);
    else waiting.delete(reader);
  }

  function forget(reader: One): void {
    total -= waiting.get(reader) ?? 0;
    waiting.delete(reader);
  }

  function largestFirst(): One[] {
    for (const reader of waiting.keys()) note(reader);
    return [...waiting].sort(([, one], [, other]) => other - one).map(([reader]) => reader);
  }

  return {
    note,
    forget,
    bound(reader) {
      note(reader);
      if ((waiting.get(reader) ?? 0) > MOST_OF_ONE) end(reader);
      if (total <= MOST_OF_ALL) return;
      for (const largest of largestFirst()) {
        if (total <= MOST_OF_ALL) return;
        largest.destroy();
        forget(largest);
      }
    },
  };
}
