import type { Context } from '../../context.ts';
import { retryExecution as retry } from '../../store/workflows/end-execution.ts';
import type { ExecutionRow } from '../../store/workflows/executions.ts';
import { ownRun, refuseStatus } from '../request/own-run.ts';
import { requireBeginning } from '../request/quota.ts';
import { requireViewer } from '../request/viewer.ts';

/** @throws DomainError NOT_FOUND, INVALID_STATE when it has not failed, RATE_LIMITED, QUOTA_EXCEEDED */
export async function retryExecution(context: Context, id: string): Promise<ExecutionRow> {
  const { userId } = requireViewer(context);
  await requireBeginning(context);
  const moved = await retry(context.store, { runId: id, ownerId: userId });
  const row = await ownRun(context, 'execution', id, 'input.id');
  return moved ? row : refuseStatus(row, 'only a failed execution can be retried');
}
