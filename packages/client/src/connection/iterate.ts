import type { PolyphonyError } from '../error.ts';
import type { Sink, Stop } from './transport.ts';

/** When this many items wait, a subscription that can be resumed is stopped until they are consumed. */
const MOST_WAITING = 500;

export interface Iteration {
  /** Whether a second call of `subscribe` resumes where the first one stopped. */
  isResumable: boolean;
  signal?: AbortSignal | undefined;
}

/** What a sink receives, as an iteration. @throws the signal's reason when it aborts */
export async function* iterate<Item>(
  subscribe: (sink: Sink<Item>) => Stop,
  { isResumable, signal }: Iteration,
): AsyncGenerator<Item, void, undefined> {
  signal?.throwIfAborted();
  const received = { items: [] as Item[], isOver: false, error: null as PolyphonyError | null, wake() {} };
  let isPaused = false;
  let stop: Stop = () => {};
  const wake = () => received.wake();
  const sink: Sink<Item> = {
    next(item) {
      received.items.push(item);
      if (isResumable && received.items.length >= MOST_WAITING) {
        isPaused = true;
        stop();
      }
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
  };
  stop = subscribe(sink);
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
      if (isPaused) {
        isPaused = false;
        stop = subscribe(sink);
        continue;
      }
      await new Promise<void>((resolve) => {
        received.wake = resolve;
      });
    }
  } finally {
    signal?.removeEventListener('abort', wake);
    stop();
  }
}
