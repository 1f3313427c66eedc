import { setImmediate as nextTurn } from 'node:timers/promises';

interface Reading<Result> {
  result: Promise<Result>;
  hasBegun: boolean;
  /** The next read, shared by callers who came after the current one had begun. */
  next: Promise<Result> | null;
}

/**
 * Shares one read between all callers with the same key within one turn of the event loop, or while another
 * read is in progress. The read begins after they called, so no caller gets data older than its own last
 * change, and many concurrent callers cause two reads instead of one each.
 */
export function shareReads<Key, Result>(read: (key: Key) => Promise<Result>): (key: Key) => Promise<Result> {
  const readings = new Map<Key, Reading<Result>>();

  function begin(key: Key): Promise<Result> {
    const reading: Reading<Result> = { result: nextTurn().then(start), hasBegun: false, next: null };
    function start(): Promise<Result> {
      reading.hasBegun = true;
      return read(key);
    }
    readings.set(key, reading);
    const end = () => {
      if (reading.next === null) readings.delete(key);
    };
    reading.result.then(end, end);
    return reading.result;
  }

  return (key) => {
    const present = readings.get(key);
    if (!present) return begin(key);
    if (!present.hasBegun) return present.result;
    const after = () => begin(key);
    present.next ??= present.result.then(after, after);
    return present.next;
  };
}
