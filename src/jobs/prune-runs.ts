import { setTimeout as wait } from 'node:timers/promises';
import type { EngineContext } from '../engine/context.ts';
import { coerceError } from '../errors.ts';
import { beginRetention, type DeletedBatch, deleteExpired } from '../store/runs/deletion/delete-expired.ts';
import { deleteExpiredRuns, lookAgain } from '../store/runs/deletion/delete-expired-runs.ts';
import { dropExpiredMonths } from '../store/runs/deletion/drop-months.ts';
import { ACCOUNTS_AT_ONCE, readAccountsAfter } from '../store/runs/deletion/find-expired.ts';
import type { Retained } from '../vocabulary.ts';
import { removeOwnWorkspace } from '../workspaces/remove-own.ts';

/** After each batch, the job pauses for this many times as long as the batch took. */
const PAUSE_PER_WORK = 4;
const SHORTEST_PAUSE_MS = 10;

type Pruned = Pick<EngineContext, 'store' | 'log' | 'metrics' | 'workspaces'>;
type Account = { ownerId: string; days: number | null };
type DeleteBatch = (context: Pruned, account: Account) => Promise<DeletedBatch>;

/** The least first, so that what goes with whole runs has gone before, in the order of `RETAINED`. */
const DELETE = {
  text: ({ store }, account) => deleteExpired(store.database, 'text', account),
  events: ({ store }, account) => deleteExpired(store.database, 'events', account),
  artifacts: ({ store }, account) => deleteExpired(store.database, 'artifacts', account),
  idempotencyKeys: ({ store }, account) => deleteExpired(store.database, 'idempotencyKeys', account),
  runs: deleteRuns,
} satisfies Partial<Record<Retained, DeleteBatch>>;

async function deleteRuns(context: Pruned, account: Account): Promise<DeletedBatch> {
  const { folders, ...batch } = await deleteExpiredRuns(context.store, account);
  const tenant = { userId: account.ownerId, isAdmin: false };
  for (const { taskId, workingDirectory } of folders)
    await removeOwnWorkspace(context, tenant, { path: workingDirectory, id: taskId });
  return batch;
}

/**
 * Deletes what has expired of runs that ended, once. Workers that do so at the same time take turns with accounts; one
 * that is killed leaves whole batches.
 */
export async function pruneRuns(context: Pruned, signal: AbortSignal): Promise<void> {
  await attempt(context, {}, () => lookAgain(context.store.database));
  for (const subject of ['text', 'events'] as const)
    await attempt(context, { subject }, () => dropMonths(context, subject, signal));
  for (const subject of Object.keys(DELETE) as (keyof typeof DELETE)[])
    await attempt(context, { subject }, () => pruneSubject(context, subject, signal));
}

/** An error in one part of a pass, which is tried again with the next pass, does not keep the rest from its turn. */
async function attempt({ log }: Pruned, scope: object, act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    log.warn(
      { ...scope, error: coerceError(error).message },
      'could not delete what has expired; trying again with the next pass',
    );
    return false;
  }
}

/** Before rows are deleted one by one. */
async function dropMonths(
  { store, log }: Pruned,
  subject: 'text' | 'events',
  signal: AbortSignal,
): Promise<void> {
  const months = await dropExpiredMonths(store.database, subject, store.retention[subject], signal);
  if (months.length > 0) log.info({ months }, 'dropped what has expired');
}

async function pruneSubject(
  context: Pruned,
  subject: keyof typeof DELETE,
  signal: AbortSignal,
): Promise<void> {
  const { store, metrics } = context;
  const days = store.retention[subject];
  let overdue = 0;
  let left = 0;
  for (let after = ''; ; ) {
    if (signal.aborted) return;
    const accounts = await readAccountsAfter(store.database, { subject, days, after });
    for (const { id, overdueSeconds } of accounts) {
      if (overdueSeconds === null) continue;
      overdue = Math.max(overdue, overdueSeconds);
      metrics.expiredFor(subject, overdue);
      const isDone = await attempt(context, { subject, account: id }, () =>
        pruneAccount(context, subject, { ownerId: id, days }, signal),
      );
      if (!isDone) left = Math.max(left, overdueSeconds);
    }
    if (accounts.length < ACCOUNTS_AT_ONCE) break;
    after = accounts.at(-1)!.id;
  }
  metrics.expiredFor(subject, left);
}

async function pruneAccount(
  context: Pruned,
  subject: keyof typeof DELETE,
  account: Account,
  signal: AbortSignal,
): Promise<void> {
  await beginRetention(context.store.database, account.ownerId, subject);
  while (!signal.aborted) {
    const startedAt = performance.now();
    const { runs, rows } = await DELETE[subject](context, account);
    context.metrics.expired(subject, rows);
    if (runs === 0) return;
    const pause = Math.max(SHORTEST_PAUSE_MS, PAUSE_PER_WORK * (performance.now() - startedAt));
    await wait(pause, undefined, { signal }).catch(() => {});
  }
}
