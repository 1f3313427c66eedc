interface Reading<Result> {
  result: Promise<Result>;
  /** What those wait for who asked after it had begun. */
  next: Promise<Result> | null;
}

/**
 * Makes one reading do for all who ask the same while another is under way. It begins when that has ended, and so after
 * they asked: nobody is told of a time before his own last change, and a crowd costs two readings and not one each.
 */
export function shareReads<Key, Result>(read: (key: Key) => Promise<Result>): (key: Key) => Promise<Result> {
  const readings = new Map<Key, Reading<Result>>();

  function begin(key: Key): Promise<Result> {
    const reading: Reading<Result> = { result: read(key), next: null };
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
    const after = () => begin(key);
    present.next ??= present.result.then(after, after);
    return present.next;
  };
}
