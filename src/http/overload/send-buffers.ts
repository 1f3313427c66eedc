import type { Socket } from 'node:net';
import { createBacklog } from './backlog.ts';
import { freeWhenSent } from './free-sent-buffers.ts';

/** How long a WebSocket client has to read the close frame. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Limits the memory that is held for clients that read too slowly. */
export interface SendBuffers {
  /** Begins to measure a socket; idempotent. */
  watch(socket: Socket): void;
  /** Marks a socket as a WebSocket, which is closed with a close frame. */
  markUpgraded(socket: Socket): void;
}

/** @param closeTimeoutMs how long a WebSocket has to read why it is closed */
export function createSendBuffers(closeTimeoutMs = CLOSE_TIMEOUT_MS): SendBuffers {
  const watched = new WeakSet<Socket>();
  const sockets = new WeakSet<Socket>();
  /** Sockets that exceeded the limit per connection and are being closed. */
  const ended = new WeakSet<Socket>();
  const backlog = createBacklog(end);

  function end(socket: Socket): void {
    if (ended.has(socket)) return;
    ended.add(socket);
    if (sockets.has(socket)) {
      closeWebSocket(socket, closeTimeoutMs);
    } else {
      socket.destroy();
      backlog.forget(socket);
    }
  }

  return {
    watch(socket) {
      if (watched.has(socket)) return;
      watched.add(socket);
      const write = socket.write;
      // Node has no event for a growing buffer; responses, server-sent events and frames all pass through `write`.
      socket.write = function (this: Socket, ...given: Parameters<typeof freeWhenSent>[0]) {
        const isTaken = Reflect.apply(write, this, freeWhenSent(given)) as boolean;
        // Deferred, because a frame is written in two parts.
        if (!isTaken) setImmediate(backlog.bound, socket);
        return isTaken;
      } as Socket['write'];
      socket.on('drain', () => backlog.note(socket));
      socket.once('close', () => backlog.forget(socket));
    },
    markUpgraded: (socket) => void sockets.add(socket),
  };
}

/** Queues a close frame (1013, "try again later") behind the unsent data, and drops the connection after the time-out. */
function closeWebSocket(socket: Socket, timeoutMs: number): void {
  const reason = Buffer.from('the client reads too slowly');
  const code = Buffer.from([0x88, reason.length + 2, 1013 >> 8, 1013 & 0xff]);
  socket.on('error', () => {});
  if (!socket.writableEnded) socket.end(Buffer.concat([code, reason]));
  setTimeout(() => socket.destroy(), timeoutMs).unref();
}
