import type { SystemCondition } from '../vocabulary.ts';

/** What is known of those who do the work, and of the work that waits for them. */
export interface Workforce {
  liveWorkers: number;
  /** Registered, but silent for so long that the others take their runs from them. */
  silentWorkers: number;
  /** Of the run that has been ready for a worker for longest; null: none is. */
  oldestReadySeconds: number | null;
}

/** A worker takes what is ready within milliseconds, unless all of its places are taken. */
const LONG_WAIT_SECONDS = 30;

export function systemCondition(workforce: Workforce): SystemCondition {
  const { liveWorkers, silentWorkers, oldestReadySeconds } = workforce;
  if (liveWorkers === 0) return 'stopped';
  const isLate = oldestReadySeconds !== null && oldestReadySeconds > LONG_WAIT_SECONDS;
  return silentWorkers > 0 || isLate ? 'degraded' : 'active';
}
