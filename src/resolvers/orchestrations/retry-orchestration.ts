import type { Context } from '../../context.ts';
import { tooMany } from '../../store/orchestrations/capacity.ts';
import type { OrchestrationRow } from '../../store/orchestrations/orchestrations.ts';
import { requeueOrchestration } from '../../store/orchestrations/retry-orchestration.ts';
import { refuseStatus } from '../request/own-run.ts';
import { requireBeginning } from '../request/quota.ts';
import { requireViewer } from '../request/viewer.ts';
import { mostAtOnce, orchestration } from './orchestration.ts';

/**
 * @throws DomainError NOT_FOUND, INVALID_STATE when it has not failed, QUOTA_EXCEEDED, RATE_LIMITED as for a
 * new one
 */
export async function retryOrchestration(context: Context, id: string): Promise<OrchestrationRow> {
  const { userId } = requireViewer(context);
  await requireBeginning(context);
  const most = mostAtOnce(context);
  const moved = await requeueOrchestration(context.store, { runId: id, ownerId: userId }, most);
  if (moved) return moved;
  const row = await orchestration(context, id, 'input.id');
  throw row.status === 'failed'
    ? tooMany(most)
    : refuseStatus(row, 'only a failed orchestration can be retried');
}
