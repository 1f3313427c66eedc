import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { ENCODINGS } from './encodings.ts';
import type { Ending, Playback } from './interrupt.ts';
import type { Settings } from './settings.ts';
import type { Frame } from './wire.ts';

export interface Stage {
  readonly response: ServerResponse;
  /** Aborted when the connection closes, by whomever. */
  readonly signal: AbortSignal;
  /** Called after each write with the number of deltas in it. */
  sent(deltas: number): void;
}

interface Burst {
  readonly text: string;
  readonly deltas: number;
}

const isDelta = (frame: Frame): boolean => frame.part === 'answer' || frame.part === 'thought';

function bursts(frames: readonly Frame[], whole: boolean): Burst[] {
  if (!whole) return frames.map((frame) => ({ text: frame.text, deltas: isDelta(frame) ? 1 : 0 }));
  return [{ text: frames.map((frame) => frame.text).join(''), deltas: frames.filter(isDelta).length }];
}

function pieces(text: string, size: number, encoding: string | undefined): Buffer[] {
  const bytes = encoding ? ENCODINGS[encoding]!.encode(text) : Buffer.from(text);
  if (size === 0) return [bytes];
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

/** Waits so many milliseconds; rejects when the connection closes. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal });
}

/** Never resolves; rejects when the connection closes. */
export const untilClosed = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** Resolves when the bytes have left the process: only then does a cut arrive after them. */
function write({ response, signal }: Stage, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abandon = (): void => reject(signal.reason);
    signal.addEventListener('abort', abandon, { once: true });
    response.write(bytes, (error) => {
      // After an error the socket closes, which the signal tells; without a socket no callback comes.
      if (error) return;
      signal.removeEventListener('abort', abandon);
      resolve();
    });
  });
}

async function leave({ response, signal }: Stage, ending: Ending): Promise<void> {
  if (ending === 'stall') await untilClosed(signal);
  if (ending === 'cut') response.socket?.destroy();
  else response.end();
}

/** Plays a prepared answer at the pace that the settings ask for. Rejects when the client goes away. */
export async function play(stage: Stage, { frames, ending }: Playback, settings: Settings): Promise<void> {
  let deltas = 0;
  // What is compressed is one piece.
  for (const burst of bursts(frames, settings.whole || settings.encoding !== undefined)) {
    if (burst.deltas > 0 && deltas > 0) await pause(settings.itl, stage.signal);
    for (const piece of pieces(burst.text, settings.split, settings.encoding)) {
      await write(stage, piece);
      // A reader joins what arrives in one turn of its event loop, which would undo the split.
      if (settings.split > 0) await nextTurn();
    }
    deltas += burst.deltas;
    stage.sent(burst.deltas);
  }
  await leave(stage, ending);
}
