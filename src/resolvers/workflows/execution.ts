import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { withFreshId } from '../../store/database/fresh-id.ts';
import { findRepeated } from '../../store/tasks/create-task.ts';
import { insertExecution, type NewExecution } from '../../store/workflows/create-execution.ts';
import type { ExecutionRow } from '../../store/workflows/executions.ts';
import type { WorkflowRow } from '../../store/workflows/workflows.ts';
import { idempotencyOf } from '../request/idempotency.ts';
import { ownRun } from '../request/own-run.ts';
import { countRun, sizeOf } from '../request/quota.ts';
import { validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { workflow } from './workflow.ts';
import { newExecution } from './workflow-input.ts';

const DEFAULT_PRIORITY = 5;

/**
 * @throws DomainError NOT_FOUND, INVALID_STATE when the workflow is not active, CONFLICT for an idempotency
 * key that was used for another request
 */
export async function executeWorkflow(context: Context, input: unknown): Promise<ExecutionRow> {
  const { userId } = requireViewer(context);
  const given = validate(newExecution, input, 'input');
  const idempotency = idempotencyOf(given);
  const earlier = idempotency && (await findRepeated(context.store, userId, idempotency));
  if (earlier) return execution(context, earlier);
  await countRun(context, userId);
  const asked = requireActive(await workflow(context, given.workflowId, 'input.workflowId'));
  const fresh: Omit<NewExecution, 'id'> = {
    ...definitionOf(asked, given.timeoutSeconds ?? null),
    ownerId: userId,
    origin: context.origin,
    input: given.input ?? {},
    parameters: given.parameters ?? {},
    trigger: 'request',
    scheduledFor: null,
    priority: given.priority ?? DEFAULT_PRIORITY,
    tags: given.tags ?? [],
    metadata: given.metadata ?? null,
    startAt: given.startAt ?? null,
    expiresAt: given.expiresAt ?? null,
    maxCost: given.costLimit?.toFixed(12) ?? null,
    idempotency,
  };
  await context.store.quotas.require(userId, { runs: 1, bytes: sizeOf(fresh) });
  const { id, events } = await withFreshId({ origin: context.origin, kind: 'execution' }, async (id) => ({
    id,
    events: await insertExecution(context.store.database.pool, { id, ...fresh }),
  }));
  if (events.length === 0) return executeWorkflow(context, input);
  context.store.bus.publish(id, events);
  return execution(context, id);
}

function requireActive(found: WorkflowRow): WorkflowRow {
  if (found.isActive) return found;
  const message = 'input.workflowId: the workflow is not active';
  throw new DomainError('INVALID_STATE', message, { field: 'input.workflowId' });
}

function definitionOf({ id, name, version, steps, timeoutSeconds }: WorkflowRow, limit: number | null) {
  return {
    workflowId: id,
    workflowName: name,
    workflowVersion: version,
    definition: { steps, timeoutSeconds: limit ?? timeoutSeconds },
  };
}

/** @throws DomainError NOT_FOUND, also for another user's execution */
export function execution(context: Context, id: string, field = 'id'): Promise<ExecutionRow> {
  return ownRun(context, 'execution', id, field);
}
