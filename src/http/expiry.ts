import type { Viewer } from '../context.ts';

/** Node's timers hold 31 bits of milliseconds; what expires later than that outlives any socket. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls back when the viewer's credentials stop being good. @returns a function that forgets it */
export function atExpiry(viewer: Viewer | null, callback: () => void): () => void {
  const left = viewer?.expiresAt ? viewer.expiresAt.getTime() - Date.now() : Infinity;
  if (left > LONGEST_TIMER_MS) return () => {};
  const timer = setTimeout(callback, left);
  return () => clearTimeout(timer);
}
