import { setTimeout as wait } from 'node:timers/promises';
import { coerceError } from '../errors.ts';
import { foldCounters } from '../store/analytics/counters/fold-counters.ts';
import type { JobContext } from './context.ts';

/** Readers add what is pending: the longer it waits, the more they read. */
const INTERVAL_MS = 1_000;

/** Adds pending changes to counters, until `signal` aborts. */
export async function addUpCounters(
  { engine }: Pick<JobContext, 'engine'>,
  signal: AbortSignal,
): Promise<void> {
  const { store, log } = engine;
  while (!signal.aborted) {
    try {
      while (await foldCounters(store.database)) signal.throwIfAborted();
    } catch (error) {
      if (!signal.aborted)
        log.warn({ error: coerceError(error).message }, 'could not add up counters; retrying');
    }
    await wait(INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
}
