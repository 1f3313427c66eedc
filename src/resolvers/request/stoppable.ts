/**
 * An async iterator whose `return()` takes effect at once. A plain generator that awaits its next value
 * handles `return()` only when that value arrives, so a disconnected subscriber would stay until the next
 * event.
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
