import { setTimeout as wait } from 'node:timers/promises';
import type { BulkResult } from '../../rules/runs/bulk.ts';
import { executeBatch, readBulkResult } from '../../store/bulk/execute-batch.ts';
import { matchRuns, type StartedBulk, startBulk } from '../../store/bulk/match-runs.ts';
import type { Lease } from '../../store/log/lease.ts';
import type { WorkingFolder } from '../../store/runs/deletion/delete-runs.ts';
import { removeOwnWorkspace } from '../../workspaces/remove-own.ts';
import type { EngineContext } from '../context.ts';

/**
 * Acts on the runs of a bulk operation, some at a time. Between two batches it pauses as long as the last one took, so
 * that it leaves half of its database connection's time to others.
 * @throws LeaseLost
 */
export async function runBulk(context: EngineContext, lease: Lease): Promise<BulkResult> {
  const { store } = context;
  const bulk = await startBulk(store, lease);
  if (bulk.matched === null) await matchRuns(store, lease, bulk);
  for (;;) {
    lease.signal.throwIfAborted();
    const startedAt = performance.now();
    const folders = await executeBatch(store, lease, bulk);
    if (!folders) return readBulkResult(store, bulk.id);
    await removeFolders(context, bulk, folders);
    await wait(performance.now() - startedAt, undefined, { signal: lease.signal });
  }
}

async function removeFolders(
  context: EngineContext,
  { ownerId }: StartedBulk,
  folders: readonly WorkingFolder[],
): Promise<void> {
  const tenant = { userId: ownerId, isAdmin: false };
  for (const { taskId, workingDirectory } of folders)
    await removeOwnWorkspace(context, tenant, { path: workingDirectory, id: taskId });
}
