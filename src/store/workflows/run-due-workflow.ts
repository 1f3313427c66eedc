import type { ClientBase } from 'pg';
import { DomainError } from '../../errors.ts';
import { nextTick } from '../../rules/workflows/schedule.ts';
import { freshId } from '../database/fresh-id.ts';
import { CURRENT_TIME, type Row, tables } from '../database/tables.ts';
import { transaction } from '../database/transaction.ts';
import { bytesOf } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { publishAll } from '../log/publish-all.ts';
import { addScheduleJobSql } from '../runs/job-queue.ts';
import type { Store } from '../store.ts';
import { insertExecution } from './create-execution.ts';
import { addScheduleJob } from './workflows.ts';

type Limits = Pick<Store, 'quotas' | 'queueLimits'>;

type DueWorkflow = Row<'workflow'>;

interface Outcome {
  events: LoggedEvent[];
  /**
   * Why the scheduled execution was skipped: the account is disabled, or a limit or quota is reached; null:
   * it was not skipped.
   */
  refused: DomainError | null;
}

/**
 * Executes a workflow whose scheduled time has come, and plans the next one, in one transaction: each is
 * executed once, however many workers check it. Of missed times, only the last one is made up for.
 * @returns why it was skipped (the account is disabled, or a quota or its limit of queued runs is reached);
 * null when it was not
 */
export async function runDueWorkflow(store: Store, workflowId: string): Promise<DomainError | null> {
  const outcome = await transaction(store.database, (client) => runWithin(client, store, workflowId));
  publishAll(store.bus, outcome.events);
  const ownerId = outcome.events[0]?.ownerId;
  if (ownerId) store.created.emit('runs', { ownerId, count: 1 });
  return outcome.refused;
}

async function runWithin(client: ClientBase, limits: Limits, workflowId: string): Promise<Outcome> {
  const workflow = await tables(client)
    .selectFrom('workflow')
    .selectAll()
    .select(CURRENT_TIME.as('now'))
    .where('id', '=', workflowId)
    .where('isActive', '=', true)
    .where('nextRunAt', '<=', CURRENT_TIME)
    .forUpdate()
    .executeTakeFirst();
  if (!workflow?.schedule) return { events: [], refused: null };
  const nextRunAt = nextTick(workflow.schedule, workflow.now);
  await tables(client).updateTable('workflow').set({ nextRunAt }).where('id', '=', workflowId).execute();
  await addScheduleJob(client, { ...workflow, nextRunAt });
  const refused = await refusalOf(client, limits, workflow);
  return { events: refused ? [] : await execute(client, workflow), refused };
}

async function refusalOf(
  client: ClientBase,
  { quotas, queueLimits }: Limits,
  { ownerId, steps, schedule }: DueWorkflow,
): Promise<DomainError | null> {
  const owner = await client.query('select 1 from app_user where id = $1 and is_active', [ownerId]);
  if (owner.rowCount === 0) return new DomainError('FORBIDDEN', 'the account is disabled');
  try {
    await quotas.require(ownerId, { runs: 1, bytes: bytesOf(JSON.stringify([steps, schedule])) }, client);
    await queueLimits.require(ownerId, client);
    return null;
  } catch (thrown) {
    if (thrown instanceof DomainError) return thrown;
    throw thrown;
  }
}

/** The workflow of an account whose scheduled time came first; null: there is none. */
export async function findDueWorkflow({ database }: Store, ownerId: string): Promise<string | null> {
  const { rows } = await database.pool.query<{ id: string }>({
    name: 'find-due-workflow',
    text: `
      select id from workflow where owner_id = $1 and next_run_at <= clock_timestamp() and is_active
      order by next_run_at limit 1`,
    values: [ownerId],
  });
  return rows[0]?.id ?? null;
}

/** Accounts with workflows whose scheduled time has come. */
export async function readOwnersOfDueSchedules({ database }: Store): Promise<string[]> {
  const { rows } = await database.pool.query<{ ownerId: string }>({
    name: 'read-owners-of-ticks',
    text: `
      select distinct owner_id as "ownerId" from (
        select owner_id from workflow where next_run_at <= clock_timestamp() and is_active
        order by next_run_at limit ${MOST_DUE}
      ) as due`,
  });
  return rows.map(({ ownerId }) => ownerId);
}

/** Adds tickets for overdue schedules: theirs may have been lost with a worker, or removed. */
export async function requeueLateTicks({ database }: Store): Promise<void> {
  await database.pool.query({
    name: 'requeue-late-ticks',
    text: `
      select ${addScheduleJobSql('late.id', 'late.next_run_at', 'late.owner_id')} from (
        select id, owner_id, next_run_at from workflow
        where next_run_at < clock_timestamp() - interval '1 minute' and is_active order by next_run_at limit ${MOST_DUE}
      ) as late
      where not exists (
        select from graphile_worker._private_jobs where key = 'schedule:' || late.id and is_available
      )`,
  });
}

const MOST_DUE = 1_000;
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
    tags: [],
    metadata: null,
    startAt: null,
    expiresAt: null,
    maxCost: null,
    idempotency: null,
  });
}
