import type { ClientBase } from 'pg';
import { DomainError } from '../errors.ts';
import { nextTick } from '../rules/schedule.ts';
import { insertExecution } from './create-execution.ts';
import { bytesOf } from './event-log.ts';
import type { LoggedEvent } from './events.ts';
import { freshId } from './fresh-id.ts';
import { addScheduleJobSql } from './job-queue.ts';
import { publishAll } from './publish-all.ts';
import type { Quotas } from './quotas.ts';
import type { Store } from './store.ts';
import { transaction } from './transaction.ts';
import { WORKFLOW_COLUMNS, type WorkflowRow } from './workflows.ts';

type DueWorkflow = WorkflowRow & { now: Date };

interface Kept {
  events: LoggedEvent[];
  /** Why the tick was skipped: the owner is disabled or its quota used up; null: it was not skipped. */
  refused: DomainError | null;
}

/**
 * Executes a workflow whose tick has come, and plans its next one, in one transaction: each tick is executed once,
 * however many workers look at it. Of ticks that nobody was there for, the last ones are made up for by one.
 * @returns why the tick was skipped: the owner is disabled, or its quota does not cover it; null when it was not.
 */
export async function keepSchedule(store: Store, workflowId: string): Promise<DomainError | null> {
  const kept = await transaction(store.database, (client) => keepWithin(client, store.quotas, workflowId));
  publishAll(store.bus, kept.events);
  const ownerId = kept.events[0]?.ownerId;
  if (ownerId) store.created.emit('runs', { ownerId, count: 1 });
  return kept.refused;
}

async function keepWithin(client: ClientBase, quotas: Quotas, workflowId: string): Promise<Kept> {
  const { rows } = await client.query<DueWorkflow>(
    `select ${WORKFLOW_COLUMNS}, clock_timestamp() as now from workflow
     where id = $1 and is_active and next_run_at <= clock_timestamp() for update`,
    [workflowId],
  );
  const [workflow] = rows;
  if (!workflow?.schedule) return { events: [], refused: null };
  const next = nextTick(workflow.schedule, workflow.now);
  await client.query('update workflow set next_run_at = $2 where id = $1', [workflowId, next]);
  if (next)
    await client.query(`select ${addScheduleJobSql('$1::text', '$2::timestamptz')}`, [workflowId, next]);
  const refused = await refusalOf(client, quotas, workflow);
  return { events: refused ? [] : await execute(client, workflow), refused };
}

async function refusalOf(
  client: ClientBase,
  quotas: Quotas,
  { ownerId, steps, schedule }: DueWorkflow,
): Promise<DomainError | null> {
  const owner = await client.query('select 1 from app_user where id = $1 and is_active', [ownerId]);
  if (owner.rowCount === 0) return new DomainError('FORBIDDEN', 'the account is disabled');
  try {
    await quotas.require(ownerId, { runs: 1, bytes: bytesOf(JSON.stringify([steps, schedule])) }, client);
    return null;
  } catch (thrown) {
    if (thrown instanceof DomainError) return thrown;
    throw thrown;
  }
}

const PRIORITY = 5;

function execute(client: ClientBase, workflow: DueWorkflow): Promise<LoggedEvent[]> {
  return insertExecution(client, {
    id: freshId(workflow.origin, 'execution'),
    ownerId: workflow.ownerId,
    origin: workflow.origin,
    workflowId: workflow.id,
    workflowName: workflow.name,
    workflowVersion: workflow.version,
    definition: { steps: workflow.steps, timeoutSeconds: workflow.timeoutSeconds },
    input: workflow.schedule?.input ?? {},
    parameters: workflow.schedule?.parameters ?? {},
    trigger: 'schedule',
    scheduledFor: workflow.nextRunAt,
    priority: PRIORITY,
    maxCost: null,
    idempotency: null,
  });
}
