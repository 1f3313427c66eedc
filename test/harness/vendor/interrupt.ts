import type { Break } from './faults.ts';
import type { Frame, Reply, Wire } from './wire.ts';

/** How the connection is left after the last frame. */
export type Ending = 'end' | 'stall' | 'cut';

export interface Playback {
  readonly frames: readonly Frame[];
  readonly ending: Ending;
}

const endings = {
  hang: 'stall',
  stall: 'stall',
  cut: 'cut',
  eof: 'end',
  garbage: 'end',
  error: 'end',
} as const satisfies Record<Break, Ending>;

/** The index of the frame before which a fault after `at` answer frames strikes. */
function strikeIndex(frames: readonly Frame[], at: number | undefined): number {
  const after = at ?? Math.floor(frames.filter((frame) => frame.part === 'answer').length / 2);
  let answered = 0;
  const index = frames.findIndex(
    (frame) => frame.part === 'closing' || (frame.part === 'answer' && answered++ === after),
  );
  return index < 0 ? frames.length : index;
}

export function playStream(
  wire: Wire,
  reply: Reply,
  fault: Break | undefined,
  at: number | undefined,
): Playback {
  const frames = wire.frames(reply);
  if (!fault) return { frames, ending: 'end' };
  const index = strikeIndex(frames, at);
  const before = frames.slice(0, index);
  if (fault === 'garbage') {
    return { frames: [...before, wire.garbage(reply), ...frames.slice(index)], ending: 'end' };
  }
  if (fault === 'error') return { frames: [...before, wire.failure(reply)], ending: 'end' };
  return { frames: before, ending: endings[fault] };
}

/** The same faults for an answer in one JSON body: all of them leave half of it. */
export function playWhole(wire: Wire, reply: Reply, fault: Break | undefined): Playback {
  const text = JSON.stringify(wire.whole(reply));
  if (!fault) return { frames: [{ part: 'closing', text }], ending: 'end' };
  const half = text.slice(0, Math.floor(text.length / 2));
  return { frames: [{ part: 'closing', text: half }], ending: endings[fault] };
}
