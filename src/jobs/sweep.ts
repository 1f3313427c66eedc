import type { Log } from '../log.ts';
import { requeueLostDeletions } from '../store/accounts/delete-account.ts';
import { requeueOrphanedDeliveries } from '../store/integrations/send-deliveries.ts';
import { endLostTurns } from '../store/runs/end-turns.ts';
import { mergeSearches } from '../store/runs/lists/merge-searches.ts';
import { releaseRun } from '../store/runs/release-run.ts';
import { addMissingTickets, readHeldRuns } from '../store/workers/missing-tickets.ts';
import { requeueLateTicks } from '../store/workflows/run-due-workflow.ts';
import type { JobContext } from './context.ts';
import { repeat } from './repeat.ts';

const PAUSE_MS = 5_000;

/**
 * The backstop of the queue, until `signal` aborts: finds runs and deliveries that no worker is processing.
 */
export function sweep(context: JobContext, signal: AbortSignal): Promise<void> {
  const { store, log } = context.engine;
  let unheldBefore = new Set<string>();
  const failure = 'could not look for orphaned runs; retrying';
  return repeat({ signal, log, pauseMs: PAUSE_MS, failure }, async () => {
    report(log, await addMissingTickets(store.database), 'ready runs had no ticket');
    const unheld = await readUnheldRuns(context);
    // A run that is being claimed right now has a lease at the next check.
    const orphaned = unheld.filter((run) => unheldBefore.has(nameOf(run)));
    for (const run of orphaned) await releaseRun(store, run);
    report(
      log,
      orphaned.map(({ runId }) => runId),
      'runs of this worker were not being executed',
    );
    unheldBefore = new Set(unheld.map(nameOf));
    report(log, await endLostTurns(store), 'turns of threads had not been ended with their runs');
    await requeueLostDeletions(store.database);
    await requeueOrphanedDeliveries(store.database);
    await requeueLateTicks(store);
    await mergeSearches(store.database);
    return 'after-pause';
  });
}

type HeldRun = Awaited<ReturnType<typeof readHeldRuns>>[number];

const nameOf = ({ runId, epoch }: HeldRun) => `${runId} ${epoch}`;

async function readUnheldRuns({ engine, workerId, leases }: JobContext): Promise<HeldRun[]> {
  const held = await readHeldRuns(engine.store.database, workerId());
  const working = new Set([...leases].map(nameOf));
  return held.filter((run) => !working.has(nameOf(run)));
}

function report(log: Log, runs: string[], message: string): void {
  if (runs.length > 0) log.warn({ runs }, `${message}; queued again`);
}
