import { isTransient } from '../error.ts';
import type { Resumption } from './resumption.ts';
import { type Connection, subscribe } from './subscribe.ts';
import type { Payload, Sink, Stop, Transport } from './transport.ts';

/** All subscriptions of a client. */
export interface Subscriptions {
  follow(resumption: Resumption, sink: Sink<Payload>): Stop;
  /** Completes those that are running, and each later one at once. */
  close(): void;
}

/** @param onConnectionChange called when they lose the server, and when one of them hears from it again */
export function createSubscriptions(
  parts: Connection,
  onConnectionChange: (isConnected: boolean) => void,
): Subscriptions {
  const running = new Set<() => void>();
  let isClosed = false;
  let isConnected = true;
  const connection = { ...parts, transport: () => watched(parts.transport(), report) };
  function report(isHeard: boolean): void {
    if (isHeard === isConnected) return;
    isConnected = isHeard;
    onConnectionChange(isHeard);
  }
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

/** @param report whether the server was heard, or was lost and will be tried again */
function watched(transport: Transport, report: (isHeard: boolean) => void): Transport {
  return {
    close: transport.close,
    subscribe: (operation, sink) =>
      transport.subscribe(operation, {
        complete: sink.complete,
        next(payload) {
          report(true);
          sink.next(payload);
        },
        error(error) {
          if (isTransient(error)) report(false);
          sink.error(error);
        },
      }),
  };
}
