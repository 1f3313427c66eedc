import type { WebSocket } from 'ws';
import type { Frame } from '../definitions/frame.ts';

/** Maximum unsent bytes for a client before no more frames are created for it. */
const MOST_UNSENT_BYTES = 64 * 1024;
/** Maximum length of a close frame (RFC 6455), less two for the code. */
const MOST_REASON_BYTES = 123;

/** The sending side of a connection. It holds a limited amount for a client that does not read. */
export interface OutgoingFrames {
  /** Resolves when there is capacity for more, or when the client is gone. */
  send(frames: readonly Frame[]): Promise<void>;
  isFull(): boolean;
  /** Runs work that sends several frames, which must not be interleaved with others. */
  inTurn(work: () => Promise<void>): Promise<void>;
  close(code: number, reason: string): void;
}

/** @param onDrain called when a client that was behind has read its frames, which shows that it is alive */
export function openOutgoingFrames(client: WebSocket, onDrain: () => void): OutgoingFrames {
  const gone = new Promise<void>((resolve) => void client.once('close', () => resolve()));
  let last = Promise.resolve();
  const write = (frame: Frame) =>
    new Promise<void>((resolve) => client.send(JSON.stringify(frame), () => resolve()));
  const isFull = () => client.bufferedAmount > MOST_UNSENT_BYTES;
  return {
    isFull,
    async send(frames) {
      let sent: Promise<void> | undefined;
      for (const frame of frames) sent = write(frame);
      if (!sent || !isFull()) return;
      await Promise.race([sent, gone]);
      if (client.readyState === client.OPEN) onDrain();
    },
    inTurn(work) {
      const turn = last.then(work);
      last = turn.catch(() => {});
      return turn;
    },
    close(code, reason) {
      client.close(code, shorten(reason));
    },
  };
}

/** Shortens a reason to the size limit of a close frame. */
export function shorten(reason: string): string {
  let kept = reason.slice(0, MOST_REASON_BYTES);
  while (Buffer.byteLength(kept) > MOST_REASON_BYTES) kept = kept.slice(0, -1);
  return kept;
}
