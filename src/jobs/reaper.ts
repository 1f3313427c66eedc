import type { Log } from '../log.ts';
import type { Database } from '../store/database/database.ts';
import { readOtherWorkers, releaseWorker } from '../store/workers/workers.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Presence } from './presence.ts';
import { repeat } from './repeat.ts';

const PAUSE_MS = 250;
/** A restart of Postgres drops every lock at once; live workers need a moment to acquire theirs again. */
const MIN_SESSION_AGE_MS = 3_000;

/** Finds dead workers and requeues their runs, until `signal` aborts. */
export function reap(
  {
    database,
    presence,
    dispatcher,
    log,
  }: { database: Database; presence: Presence; dispatcher: Dispatcher; log: Log },
  signal: AbortSignal,
): Promise<void> {
  let freeBefore = new Set<string>();
  const failure = 'could not look for dead workers; retrying';
  return repeat({ signal, log, pauseMs: PAUSE_MS, failure }, async () => {
    const others = await readOtherWorkers(database, presence.id());
    dispatcher.othersAre(others.length);
    const free = new Set(others.filter(({ lockIsFree }) => lockIsFree).map(({ id }) => id));
    if (presence.lock().sessionAgeMs() > MIN_SESSION_AGE_MS) {
      const gone = others.filter(({ id, isSilent }) => isSilent || (free.has(id) && freeBefore.has(id)));
      for (const { id } of gone) await takeOver(database, id, log);
    }
    freeBefore = free;
    return 'after-pause';
  });
}

async function takeOver(database: Database, workerId: string, log: Log): Promise<void> {
  const runs = await releaseWorker(database, workerId);
  log.warn({ worker: workerId, runs: runs.length }, 'a worker is dead; its runs were queued again');
}
