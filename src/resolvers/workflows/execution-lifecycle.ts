import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import {
  cancelExecution as cancel,
  deleteExecution as remove,
  retryExecution as retry,
} from '../../store/workflows/end-execution.ts';
import { type ExecutionRow, readWorkingDirectories } from '../../store/workflows/executions.ts';
import { requireBeginning } from '../request/quota.ts';
import { text, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { removeOwnFolder } from '../sessions/own-folder.ts';
import { execution } from './execution.ts';

/**
 * When it returns, none of its tasks is running. Cancelling again has no effect.
 * @throws DomainError NOT_FOUND, INVALID_STATE when it ended otherwise
 */
export async function cancelExecution(
  context: Context,
  id: string,
  reason: string | null,
): Promise<ExecutionRow> {
  const { userId } = requireViewer(context);
  const given = validate(z.object({ reason: text({ max: 1000 }).nullable() }), { reason }, 'input');
  const moved = await cancel(context.store, { runId: id, ownerId: userId }, given.reason);
  const row = await execution(context, id, 'input.id');
  return moved || row.status === 'cancelled' ? row : refuse(row, 'it has already ended');
}

/** @throws DomainError NOT_FOUND, INVALID_STATE when it has not failed, RATE_LIMITED, QUOTA_EXCEEDED */
export async function retryExecution(context: Context, id: string): Promise<ExecutionRow> {
  const { userId } = requireViewer(context);
  await requireBeginning(context);
  const moved = await retry(context.store, { runId: id, ownerId: userId });
  const row = await execution(context, id, 'input.id');
  return moved ? row : refuse(row, 'only a failed execution can be retried');
}

/** Ends unfinished tasks, and subscriptions to it. @throws DomainError NOT_FOUND */
export async function deleteExecution(context: Context, id: string): Promise<void> {
  const { userId } = requireViewer(context);
  const folders = await readWorkingDirectories(context.store.database, id);
  if (!(await remove(context.store, { runId: id, ownerId: userId }))) {
    throw new DomainError('NOT_FOUND', 'input.id: there is no such execution', { field: 'input.id' });
  }
  for (const { taskId, workingDirectory } of folders)
    await removeOwnFolder(context, workingDirectory, taskId);
}

function refuse({ status }: ExecutionRow, why: string): never {
  throw new DomainError('INVALID_STATE', `input.id: the execution is ${status}: ${why}`, {
    field: 'input.id',
  });
}
