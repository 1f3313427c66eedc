import type { PolyphonyError } from '../error.ts';
import type { Sink, Stop } from './transport.ts';

/** What a sink receives, as an iteration. @throws the signal's reason when it aborts */
export async function* iterate<Item>(
  subscribe: (sink: Sink<Item>) => Stop,
  signal?: AbortSignal,
): AsyncGenerator<Item, void, undefined> {
  signal?.throwIfAborted();
  const received = { items: [] as Item[], isOver: false, error: null as PolyphonyError | null, wake() {} };
  const wake = () => received.wake();
  const stop = subscribe({
    next(item) {
      received.items.push(item);
      wake();
    },
    error(error) {
      Object.assign(received, { isOver: true, error });
      wake();
    },
    complete() {
      received.isOver = true;
      wake();
    },
  });
  signal?.addEventListener('abort', wake);
  try {
    for (;;) {
      const { items, isOver, error } = received;
      received.items = [];
      for (const item of items) {
        signal?.throwIfAborted();
        yield item;
      }
      signal?.throwIfAborted();
      if (error) throw error;
      if (isOver) return;
      if (received.items.length > 0 || received.isOver) continue;
      await new Promise<void>((resolve) => {
        received.wake = resolve;
      });
    }
  } finally {
    signal?.removeEventListener('abort', wake);
    stop();
  }
}
