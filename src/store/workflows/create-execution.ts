import type { ClientBase, Pool } from 'pg';
import type { WorkflowDefinition } from '../../rules/workflows/workflow.ts';
import type { ExecutionTrigger, Origin } from '../../vocabulary.ts';
import { appendSql, bytesOf, eventsParameter, RAISED } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import type { Idempotency } from '../tasks/new-task.ts';

export interface NewExecution {
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
  /** US dollars as decimal text; null: no limit of its own. */
  maxCost: string | null;
  idempotency: Idempotency | null;
}

const CREATED: NewEvent = { type: 'RunCreated', data: { kind: 'execution' } };

/**
 * Creates run, execution, its steps, first event and ticket in one statement.
 * @returns events to publish; empty when the idempotency key exists
 */
export async function insertExecution(
  connection: Pool | ClientBase,
  execution: NewExecution,
): Promise<LoggedEvent[]> {
  const { rows } = await connection.query<LoggedEvent>({
    name: 'create-execution',
    text: `
      with claimed as (
        insert into idempotency_key (owner_id, key, body_hash, run_id)
        select $2, $4, $5, $1 where $4::text is not null
        on conflict do nothing returning key
      ), moved as (
        insert into run (id, kind, owner_id, origin, status, priority, last_seq, bytes, counted_bytes)
        select $1, 'execution', $2, $3, 'queued', $6, jsonb_array_length($7::jsonb), $17::bigint, $17::bigint
        where $4::text is null or exists (select from claimed)
        returning ${RAISED}
      ), asked as (
        insert into execution (id, workflow_id, workflow_name, workflow_version, definition, input, parameters,
          trigger, scheduled_for)
        select id, $8, $9, $10, $11::jsonb, $12::jsonb, $13::jsonb, $14, $15 from moved
        returning id, definition
      ), planned as (
        insert into execution_step (execution_id, position, key, name)
        select asked.id, item.ordinality, item.value ->> 'id', item.value ->> 'name'
        from asked, jsonb_array_elements(asked.definition -> 'steps') with ordinality as item
      ), limited as (
        insert into budget (subject_id, kind, cost_limit)
        select id, 'execution', $16::numeric from moved where $16::numeric is not null
      ), logged as (${appendSql('$7')})
      select * from logged order by seq`,
    values: values(execution),
  });
  return rows;
}

function values(execution: NewExecution): unknown[] {
  const values = [
    execution.id,
    execution.ownerId,
    execution.origin,
    execution.idempotency?.key ?? null,
    execution.idempotency?.bodyHash ?? null,
    execution.priority,
    eventsParameter([CREATED]),
    execution.workflowId,
    execution.workflowName,
    execution.workflowVersion,
    JSON.stringify(execution.definition),
    JSON.stringify(execution.input),
    JSON.stringify(execution.parameters),
    execution.trigger,
    execution.scheduledFor,
    execution.maxCost,
  ];
  return [...values, bytesOf(...values)];
}
