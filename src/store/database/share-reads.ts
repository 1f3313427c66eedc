import { setImmediate as nextTurn } from 'node:timers/promises';

interface Reading<Result> {
  result: Promise<Result>;
  hasBegun: boolean;
  /** What those wait for who asked after it had begun. */
  next: Promise<Result> | null;
}

/**
 * Makes one reading do for all who ask the same in one turn of the event loop, or while another is under way. It begins
 * after they asked: nobody is told of a time before his own last change, and a crowd costs two readings and not one each.
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
