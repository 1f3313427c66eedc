import type { Socket } from 'node:net';
import { freeWhenSent } from './free-sent-buffers.ts';

/** Maximum bytes that are queued for clients and not yet sent. A single response has up to 16 MB. */
const MOST_OF_CONNECTION = 32 * 1024 * 1024;
const MOST_OF_PROCESS = 64 * 1024 * 1024;
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
  const backlog = createBacklog();

  function end(socket: Socket): void {
    ended.add(socket);
    if (sockets.has(socket)) {
      closeWebSocket(socket, closeTimeoutMs);
    } else {
      socket.destroy();
      backlog.forget(socket);
    }
  }

  function bound(socket: Socket): void {
    backlog.note(socket);
    if (!ended.has(socket) && backlog.of(socket) > MOST_OF_CONNECTION) end(socket);
    if (backlog.total() <= MOST_OF_PROCESS) return;
    for (const largest of backlog.largestFirst()) {
      if (backlog.total() <= MOST_OF_PROCESS) return;
      largest.destroy();
      backlog.forget(largest);
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
        if (!isTaken) setImmediate(bound, socket);
        return isTaken;
      } as Socket['write'];
      socket.on('drain', () => backlog.note(socket));
      socket.once('close', () => backlog.forget(socket));
    },
    markUpgraded: (socket) => void sockets.add(socket),
  };
}

/** Unsent bytes per slow connection, as last measured, and their sum. */
function createBacklog() {
  const waiting = new Map<Socket, number>();
  let total = 0;

  function note(socket: Socket): void {
    const bytes = socket.destroyed ? 0 : socket.writableLength;
    total += bytes - (waiting.get(socket) ?? 0);
    if (bytes > 0) waiting.set(socket, bytes);
    else waiting.delete(socket);
  }

  return {
    note,
    forget(socket: Socket): void {
      total -= waiting.get(socket) ?? 0;
      waiting.delete(socket);
    },
    of: (socket: Socket): number => waiting.get(socket) ?? 0,
    total: (): number => total,
    largestFirst(): Socket[] {
      for (const socket of waiting.keys()) note(socket);
      return [...waiting].sort(([, one], [, other]) => other - one).map(([socket]) => socket);
    },
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
