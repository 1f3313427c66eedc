import type { ClientBase, Pool } from 'pg';
import type { WorkflowDefinition } from '../../rules/workflows/workflow.ts';
import type { ExecutionTrigger, Origin } from '../../vocabulary.ts';
import { columnsOf, insertSql, statement, type Values } from '../database/statement.ts';
import { loggedSql } from '../log/append-sql.ts';
import { bytesOf, eventsParameter } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import { NEW_RUN, newRunSql, type StartTimes } from '../runs/create-run.ts';
import type { Idempotency } from '../tasks/new-task.ts';

export interface NewExecution extends StartTimes {
  id: string;
  ownerId: string;
  origin: Origin;
  workflowId: string;
  workflowName: string;
  workflowVersion: number;
  definition: WorkflowDefinition;
  input: unknown;
  parameters: Record<string, unknown>;
  trigger: ExecutionTrigger;
  scheduledFor: Date | null;
  priority: number;
  tags: readonly string[];
  metadata: Record<string, unknown> | null;
  /** US dollars as decimal text; null: no limit of its own. */
  maxCost: string | null;
  idempotency: Idempotency | null;
}

const CREATED: NewEvent = { type: 'RunCreated', data: { kind: 'execution' } };

const EXECUTION = {
  workflow_id: 'text',
  workflow_name: 'text',
  workflow_version: 'integer',
  definition: 'jsonb',
  input: 'jsonb',
  parameters: 'jsonb',
  trigger: 'text',
  scheduled_for: 'timestamptz',
} as const;

const NEW_EXECUTION = { ...NEW_RUN, ...EXECUTION } as const;

const insert = statement('create-execution', NEW_EXECUTION, ($) => {
  const moved = newRunSql($, 'execution', { status: `'queued'` });
  return `
    with ${moved.sql}, asked as (
      ${insertSql('execution', { id: 'moved.id', ...columnsOf($, EXECUTION) })} from moved returning id, definition
    ), planned as (
      insert into execution_step (execution_id, position, key, name)
      select asked.id, item.ordinality, item.value ->> 'id', item.value ->> 'name'
      from asked, jsonb_array_elements(asked.definition -> 'steps') with ordinality as item
    ), ${loggedSql(moved).sql}
    select * from logged order by seq`;
});

/**
 * Creates run, execution, its steps, first event and ticket in one statement.
 * @returns events to publish; empty when the idempotency key exists
 */
export async function insertExecution(
  connection: Pool | ClientBase,
  execution: NewExecution,
): Promise<LoggedEvent[]> {
  const values = valuesOf(execution);
  const { rows } = await connection.query<LoggedEvent>(
    insert({ ...values, bytes: bytesOf(...Object.values(values), ...execution.tags) }),
  );
  return rows;
}

function valuesOf(execution: NewExecution): Values<Omit<typeof NEW_EXECUTION, 'bytes'>> {
  return {
    id: execution.id,
    owner_id: execution.ownerId,
    origin: execution.origin,
    priority: execution.priority,
    tags: execution.tags,
    metadata: execution.metadata && JSON.stringify(execution.metadata),
    start_at: execution.startAt,
    expires_at: execution.expiresAt,
    workflow_id: execution.workflowId,
    workflow_name: execution.workflowName,
    workflow_version: execution.workflowVersion,
    definition: JSON.stringify(execution.definition),
    input: JSON.stringify(execution.input),
    parameters: JSON.stringify(execution.parameters),
    trigger: execution.trigger,
    scheduled_for: execution.scheduledFor,
    cost_limit: execution.maxCost,
    idempotency_key: execution.idempotency?.key ?? null,
    body_hash: execution.idempotency?.bodyHash ?? null,
    events: eventsParameter([CREATED]),
  };
}
