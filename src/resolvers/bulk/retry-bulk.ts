import type { Context } from '../../context.ts';
import type { BulkRow } from '../../store/bulk/bulk.ts';
import { requeueBulk } from '../../store/bulk/bulk-lifecycle.ts';
import { ownRun, refuseStatus } from '../request/own-run.ts';
import { requireViewer } from '../request/viewer.ts';

/** @throws DomainError NOT_FOUND, INVALID_STATE when it has not failed, RATE_LIMITED */
export async function retryBulk(context: Context, id: string): Promise<BulkRow> {
  const { userId } = requireViewer(context);
  await context.operationLimits.countRun(userId);
  const moved = await requeueBulk(context.store, { runId: id, ownerId: userId });
  const row = await ownRun(context, 'bulk', id, 'input.id');
  return moved ? row : refuseStatus(row, 'only a failed bulk operation can be retried');
}
