import type { Resumption } from './resumption.ts';
import { type Connection, subscribe } from './subscribe.ts';
import type { Payload, Sink, Stop } from './transport.ts';

/** All subscriptions of a client. */
export interface Subscriptions {
  follow(resumption: Resumption, sink: Sink<Payload>): Stop;
  /** Completes those that are running, and each later one at once. */
  close(): void;
}

export function createSubscriptions(connection: Connection): Subscriptions {
  const running = new Set<() => void>();
  let isClosed = false;
  return {
    follow(resumption, sink) {
      if (isClosed) {
        sink.complete();
        return () => {};
      }
      const stop = subscribe(connection, resumption, {
        next: sink.next,
        error(error) {
          running.delete(end);
          sink.error(error);
        },
        complete() {
          running.delete(end);
          sink.complete();
        },
      });
      function end(): void {
        stop();
        sink.complete();
      }
      running.add(end);
      return () => {
        running.delete(end);
        stop();
      };
    },
    close() {
      isClosed = true;
      for (const end of running) end();
      running.clear();
    },
  };
}
