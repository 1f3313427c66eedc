import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { tooMany } from '../../store/orchestrations/capacity.ts';
import type { OrchestrationRow } from '../../store/orchestrations/orchestrations.ts';
import { requeueOrchestration } from '../../store/orchestrations/retry-orchestration.ts';
import { cancelRun } from '../../store/runs/cancel-run.ts';
import { requireBeginning } from '../request/quota.ts';
import { text, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { mostAtOnce, orchestration } from './orchestration.ts';

/**
 * When it returns, no further text is written. Cancelling again has no effect.
 * @throws DomainError NOT_FOUND, INVALID_STATE when it ended otherwise
 */
export async function cancelOrchestration(
  context: Context,
  id: string,
  reason: string | null,
): Promise<OrchestrationRow> {
  const given = validate(z.object({ reason: text({ max: 1000 }).nullable() }), { reason }, 'input');
  const { ownerId } = await orchestration(context, id);
  const moved = await cancelRun(context.store, {
    runId: id,
    kind: 'orchestration',
    ownerId,
    reason: given.reason,
  });
  const row = await orchestration(context, id);
  return moved || row.status === 'cancelled' ? row : refuse(row, 'it has already ended');
}

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
  const row = await orchestration(context, id);
  throw row.status === 'failed' ? tooMany(most) : refuse(row, 'only a failed one can be retried');
}

function refuse({ status }: OrchestrationRow, why: string): never {
  const message = `input.id: the orchestration is ${status}: ${why}`;
  throw new DomainError('INVALID_STATE', message, { field: 'input.id' });
}
