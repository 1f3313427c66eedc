import { coerceError } from '../errors.ts';
import { endDeferrals } from '../store/runs/times/defer-run.ts';
import { expireRuns } from '../store/runs/times/expire-runs.ts';
import type { Store } from '../store/store.ts';
import { wakeDueExecutions } from '../store/workflows/execution-state.ts';
import type { JobContext } from './context.ts';
import { repeat } from './repeat.ts';

/** graphile-worker checks for due jobs every few seconds only. */
const PAUSE_MS = 250;

/** Each acts on a batch of runs that are due. @returns whether there may be more of them */
const TIMERS: ((store: Store, report: (error: unknown) => void) => Promise<boolean>)[] = [
  async ({ database }) => {
    await wakeDueExecutions(database.pool);
    return false;
  },
  ({ database }) => endDeferrals(database),
  expireRuns,
];

/**
 * Wakes executions (to retry a failed task, or because one exceeds its time limit) and deferred runs when
 * they are due. Also fails runs that have not started by the time at which they expire. The kinds take turns batch by
 * batch, so that many runs of one kind, or an error, do not hold up the others.
 */
export function keepTime({ engine: { store, log } }: JobContext, signal: AbortSignal): Promise<void> {
  const failure = 'could not check for due runs; retrying';
  const report = (error: unknown) => log.warn({ error: coerceError(error).message }, failure);
  return repeat({ signal, log, pauseMs: PAUSE_MS, failure }, async () => {
    let hasMore = false;
    for (const act of TIMERS) {
      const mayHaveMore = await act(store, report).catch((error) => {
        report(error);
        return false;
      });
      hasMore ||= mayHaveMore;
    }
    return hasMore ? 'at-once' : 'after-pause';
  });
}
