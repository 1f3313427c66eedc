import type { Socket } from 'node:net';

/** Bytes that were produced for a client and that it has not accepted. An answer has up to 16 MB of them. */
const MOST_OF_CONNECTION = 64 * 1024 * 1024;
const MOST_OF_PROCESS = 256 * 1024 * 1024;
/** How long a WebSocket has to read why it is closed. */
const GOODBYE_MS = 2_000;

/** Bounds what waits in this process for clients that do not read. */
export interface Unsent {
  /** Once or more often. */
  watch(socket: Socket): void;
  /** From now on its bytes are frames, and it is closed with a code. */
  upgraded(socket: Socket): void;
}

export function createUnsent(): Unsent {
  const watched = new WeakSet<Socket>();
  const sockets = new WeakSet<Socket>();
  /** Closed because of their own bound, once each. */
  const ended = new WeakSet<Socket>();
  const backlog = createBacklog();

  function end(socket: Socket): void {
    ended.add(socket);
    if (sockets.has(socket)) {
      goodbye(socket);
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
      // All that is sent goes through here: answers, server-sent events and frames. Nothing says when a buffer grows.
      socket.write = function (this: Socket, ...given: unknown[]) {
        const isTaken = Reflect.apply(write, this, given) as boolean;
        // Not at once: a frame is written in two parts.
        if (!isTaken) setImmediate(bound, socket);
        return isTaken;
      } as Socket['write'];
      socket.on('drain', () => backlog.note(socket));
      socket.once('close', () => backlog.forget(socket));
    },
    upgraded: (socket) => void sockets.add(socket),
  };
}

/** The bytes that connections which do not keep up had when they were last looked at, and their sum. */
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

/** Of RFC 6455: a close with 1013, "try again later". It comes behind what waits, and 2 s later all of it is dropped. */
function goodbye(socket: Socket): void {
  const reason = Buffer.from('too much that was sent is not read');
  const code = Buffer.from([0x88, reason.length + 2, 1013 >> 8, 1013 & 0xff]);
  socket.on('error', () => {});
  if (!socket.writableEnded) socket.end(Buffer.concat([code, reason]));
  setTimeout(() => socket.destroy(), GOODBYE_MS).unref();
}
