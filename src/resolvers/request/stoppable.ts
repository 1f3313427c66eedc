/**
 * An async iterator whose `return()` takes effect at once. A bare generator that waits for its next value only
 * hears of `return()` when that value comes, so that a subscriber who left would stay until the next event.
 */
export function stoppable<Value>(
  start: (signal: AbortSignal) => AsyncGenerator<Value, void, undefined>,
): AsyncIterableIterator<Value> {
  const stop = new AbortController();
  const values = start(stop.signal);
  const iterator: AsyncIterableIterator<Value> = {
    next: () => values.next(),
    return() {
      stop.abort();
      return values.return();
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
