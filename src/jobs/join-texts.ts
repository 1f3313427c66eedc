import { setTimeout as wait } from 'node:timers/promises';
import { findTextTicket, joinText } from '../store/log/generated-text/join-text.ts';
import type { JobContext } from './context.ts';
import { repeat } from './repeat.ts';

const PAUSE_MS = 2_000;

/**
 * Joins the text of runs that have ended into pages, until `signal` aborts: while most slots of this worker are free, and
 * at most half of the time.
 */
export function joinTexts({ engine, dispatcher }: JobContext, signal: AbortSignal): Promise<void> {
  const { store, log } = engine;
  let afterId = '';
  const failure = 'could not join the text of a run; retrying';
  return repeat({ signal, log, pauseMs: PAUSE_MS, failure }, async () => {
    const startedAt = performance.now();
    const runId = dispatcher.isQuiet() ? await findTextTicket(store.database, afterId) : null;
    // Others come first if this one fails.
    afterId = runId ?? '';
    if (runId === null) return 'after-pause';
    await joinText(store.database, runId);
    await wait(performance.now() - startedAt, undefined, { signal }).catch(() => {});
    return 'at-once';
  });
}
