import type { SystemCondition } from '../vocabulary.ts';

/** The state of the workers, and of the work that waits for them. */
export interface Workforce {
  liveWorkers: number;
  /** Registered, but silent for so long that other workers take over their runs. */
  silentWorkers: number;
  /** Of the run that has been ready for the longest time; null: none is ready. */
  oldestReadySeconds: number | null;
}

/** A worker takes ready runs within milliseconds, unless all its slots are in use. */
const LONG_WAIT_SECONDS = 30;

export function systemCondition(workforce: Workforce): SystemCondition {
  const { liveWorkers, silentWorkers, oldestReadySeconds } = workforce;
  if (liveWorkers === 0) return 'stopped';
  const isLate = oldestReadySeconds !== null && oldestReadySeconds > LONG_WAIT_SECONDS;
  return silentWorkers > 0 || isLate ? 'degraded' : 'active';
}
