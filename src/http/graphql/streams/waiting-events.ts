import type { PassThrough } from 'node:stream';
import type { Backlog, Reader } from '../../overload/backlog.ts';

/** Events of a stream's operations, which wait until the stream is open and the client has read earlier ones. */
export interface WaitingEvents<Sender> {
  open(): void;
  /** @returns once the event is written or dropped; a sender waits for that before it sends another */
  send(sender: Sender, event: Buffer): Promise<void>;
  /** Frees what a sender has waiting. */
  drop(sender: Sender): void;
}

/** @param backlog ends the stream when too much waits in it, or in all streams */
export function createWaitingEvents<Sender>(
  stream: PassThrough,
  backlog: Backlog<Reader>,
): WaitingEvents<Sender> {
  const waiting = new Map<Sender, { event: Buffer; done(): void }>();
  let bytes = 0;
  let isOpen = false;

  const reader: Reader = {
    get destroyed() {
      return stream.destroyed;
    },
    get writableLength() {
      return bytes + stream.readableLength;
    },
    destroy: () => void stream.destroy(),
  };

  function drop(sender: Sender): void {
    const found = waiting.get(sender);
    if (!found) return;
    waiting.delete(sender);
    bytes -= found.event.length;
    found.done();
  }

  function flush(): void {
    for (const [sender, { event }] of waiting) {
      if (!isOpen || !stream.writable || stream.writableNeedDrain) break;
      drop(sender);
      // Deferred, because the stream may be on its way to the connection.
      if (!stream.write(event)) setImmediate(backlog.bound, reader);
    }
    backlog.note(reader);
  }

  stream.on('drain', flush);
  stream.once('close', () => backlog.forget(reader));

  return {
    drop(sender) {
      drop(sender);
      backlog.note(reader);
    },
    open() {
      isOpen = true;
      flush();
    },
    send: (sender, event) =>
      new Promise((done) => {
        waiting.set(sender, { event, done });
        bytes += event.length;
        flush();
        if (waiting.has(sender)) backlog.bound(reader);
      }),
  };
}
