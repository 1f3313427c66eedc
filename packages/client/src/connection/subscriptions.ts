import type { Resumption } from './resumption.ts';
import { type Connection, subscribe } from './subscribe.ts';
import type { Payload, Sink, Stop } from './transport.ts';

/** All subscriptions of a client. */
export interface Subscriptions {
  follow(resumption: Resumption, sink: Sink<Payload>): Stop;
  /** Completes those that are running, and each later one at once. */
  close(): void;
}

/** @param onConnectionChange called when they lose the server, and when one of them hears from it again */
export function createSubscriptions(
  parts: Omit<Connection, 'report'>,
  onConnectionChange: (isConnected: boolean) => void,
): Subscriptions {
  const running = new Set<() => void>();
  let isClosed = false;
  let isConnected = true;
  const connection = {
    ...parts,
    report(isHeard: boolean) {
      if (isHeard === isConnected) return;
      isConnected = isHeard;
      onConnectionChange(isHeard);
    },
  };
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
