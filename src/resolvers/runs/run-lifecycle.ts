import { z } from 'zod';
import type { Context } from '../../context.ts';
import { cancelBulk } from '../../store/bulk/bulk-lifecycle.ts';
import { cancelRun as cancel } from '../../store/runs/cancel-run.ts';
import { deleteRun as remove } from '../../store/runs/deletion/delete-runs.ts';
import type { Store } from '../../store/store.ts';
import { cancelExecution } from '../../store/workflows/end-execution.ts';
import type { RunKind } from '../../vocabulary.ts';
import { retryBulk } from '../bulk/retry-bulk.ts';
import { retryOrchestration } from '../orchestrations/retry-orchestration.ts';
import { ownRun, type RunRows, refuseStatus } from '../request/own-run.ts';
import { text, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { removeOwnFolder } from '../sessions/own-folder.ts';
import { retryTask } from '../tasks/task-lifecycle.ts';
import { retryExecution } from '../workflows/retry-execution.ts';

interface Target {
  runId: string;
  ownerId: string;
}

/** @returns false when there was nothing to cancel. */
type Cancel = (store: Store, target: Target, reason: string | null) => Promise<boolean>;

/** Of a kind without parts. */
function alone(kind: RunKind): Cancel {
  return (store, target, reason) => cancel(store, { ...target, kind, reason });
}

const CANCEL: Record<RunKind, Cancel> = {
  task: alone('task'),
  execution: cancelExecution,
  orchestration: alone('orchestration'),
  bulk: cancelBulk,
};

/**
 * When it returns, no further text of the run or of its parts is written. Cancelling again has no effect.
 * @throws DomainError NOT_FOUND, INVALID_STATE when it ended otherwise
 */
export async function cancelRun<Kind extends RunKind>(
  context: Context,
  kind: Kind,
  id: string,
  reason: string | null,
): Promise<RunRows[Kind]> {
  const { userId } = requireViewer(context);
  const given = validate(z.object({ reason: text({ max: 1000 }).nullable() }), { reason }, 'input');
  const moved = await CANCEL[kind](context.store, { runId: id, ownerId: userId }, given.reason);
  const row = await ownRun(context, kind, id, 'input.id');
  return moved || row.status === 'cancelled' ? row : refuseStatus(row, 'it has already ended');
}

const RETRY: { [Kind in RunKind]: (context: Context, id: string) => Promise<RunRows[Kind]> } = {
  task: retryTask,
  execution: retryExecution,
  orchestration: retryOrchestration,
  bulk: retryBulk,
};

/** @throws DomainError NOT_FOUND, INVALID_STATE when it has not failed, RATE_LIMITED, QUOTA_EXCEEDED */
export function retryRun<Kind extends RunKind>(
  context: Context,
  kind: Kind,
  id: string,
): Promise<RunRows[Kind]> {
  return RETRY[kind](context, id);
}

/** Ends the run if necessary, with its subscriptions, and deletes it. @throws DomainError NOT_FOUND, INVALID_STATE for a part of another run */
export async function deleteRun(context: Context, kind: RunKind, id: string): Promise<void> {
  const { userId } = requireViewer(context);
  const folders = await remove(context.store, { runId: id, ownerId: userId, kind });
  if (!folders)
    return refuseStatus(
      await ownRun(context, kind, id, 'input.id'),
      'it is part of an execution; delete the execution instead',
    );
  for (const { taskId, workingDirectory } of folders)
    await removeOwnFolder(context, workingDirectory, taskId);
}
