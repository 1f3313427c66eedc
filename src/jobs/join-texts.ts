import { setTimeout as wait } from 'node:timers/promises';
import { coerceError } from '../errors.ts';
import { findTextTicket, joinText } from '../store/log/generated-text/join-text.ts';
import type { JobContext } from './context.ts';

const INTERVAL_MS = 2_000;

/**
 * Joins the text of runs that have ended into pages, until `signal` aborts: while most slots of this worker are free, and
 * at most half of the time.
 */
export async function joinTexts({ engine, dispatcher }: JobContext, signal: AbortSignal): Promise<void> {
  const { store, log } = engine;
  for (let afterId = ''; !signal.aborted; ) {
    const startedAt = performance.now();
    let pause = INTERVAL_MS;
    try {
      const runId = dispatcher.isQuiet() ? await findTextTicket(store.database, afterId) : null;
      // Others come first if this one fails.
      afterId = runId ?? '';
      if (runId !== null) {
        await joinText(store.database, runId);
        pause = performance.now() - startedAt;
      }
    } catch (error) {
      log.warn({ error: coerceError(error).message }, 'could not join the text of a run; retrying');
    }
    await wait(pause, undefined, { signal }).catch(() => {});
  }
}
