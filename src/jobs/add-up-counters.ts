import { CHANGES_AT_ONCE, foldCounters } from '../store/analytics/counters/fold-counters.ts';
import type { JobContext } from './context.ts';
import { type Next, repeat } from './repeat.ts';

/** Readers add what is pending: the longer it waits, the more they read. */
const PAUSE_MS = 1_000;
/** Most changes begin with a ticket. The others are few if none were pending a second ago. */
const IDLE_MS = 5_000;

/** Adds pending changes to counters, until `signal` aborts. */
export function addUpCounters(
  { engine: { store, log }, notifications }: JobContext,
  signal: AbortSignal,
): Promise<void> {
  const idle = { until: notifications, mostMs: IDLE_MS };
  const failure = 'could not add up counters; retrying';
  return repeat({ signal, log, pauseMs: PAUSE_MS, idle, failure }, async (): Promise<Next> => {
    const count = await foldCounters(store.database);
    if (count === CHANGES_AT_ONCE) return 'at-once';
    return count > 0 ? 'after-pause' : 'idle';
  });
}
