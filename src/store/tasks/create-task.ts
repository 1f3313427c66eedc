import type { ClientBase, Pool } from 'pg';
import { DomainError } from '../../errors.ts';
import { transaction } from '../database/transaction.ts';
import { appendSql, bytesOf, loggedSql, toLoggedEvents } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { publishAll } from '../log/publish-all.ts';
import { addDependencies, countBlockers } from '../runs/dependencies.ts';
import { homeSql } from '../sessions/sessions.ts';
import type { Store } from '../store.ts';
import { type Joining, joinThread } from '../threads/join-thread.ts';
import type { Idempotency, NewTask } from './new-task.ts';
import { newTaskValues } from './new-task-values.ts';
import { TASK_COLUMNS, type TaskRow } from './tasks.ts';

/**
 * Creates run, task, first events and ticket in one transaction.
 * @returns the created task, or the id of an earlier one with the same idempotency key and request
 * @throws DomainError CONFLICT; NOT_FOUND or INVALID_STATE for its dependencies; INVALID_STATE when its
 * session is not active; QUOTA_EXCEEDED
 */
export async function createTask(store: Store, task: NewTask): Promise<TaskRow | string> {
  await store.quotas.require(task.ownerId, { runs: 1, bytes: bytesOf(JSON.stringify(task)) });
  const creation = insertAny(store, task);
  if (!task.hold) {
    const isReady = creation.then((created) => created?.isReady ?? false).catch(() => false);
    store.queued.emit('task', { runId: task.id, ownerId: task.ownerId, isReady });
  }
  const created = await creation;
  if (!created) return notCreated(store, task);
  store.bus.publish(task.id, created.events);
  return created.row;
}

async function insertAny(store: Store, task: NewTask): Promise<CreatedTask | null> {
  const isAlone = task.dependsOn.length === 0 && (task.threadId === null || task.hold);
  return isAlone ? insertTask(store.database.pool, task, 0) : insertAfterOthers(store, task);
}

export interface CreatedTask {
  row: TaskRow;
  events: LoggedEvent[];
  /** false: it waits for something. */
  isReady: boolean;
}

/** In a transaction, after the turns of its thread and its dependencies. */
async function insertAfterOthers(store: Store, task: NewTask): Promise<CreatedTask | null> {
  const joined = await transaction(store.database, async (client) => {
    // A session is always locked before its threads and its runs.
    if (task.sessionId) await client.query('select from session where id = $1 for share', [task.sessionId]);
    return joinThread(client, joiningOf(task), (blockers) => insertDependent(client, task, blockers));
  });
  if (!joined) return null;
  publishAll(store.bus, joined.interrupted);
  return joined.queued;
}

/** A held task joins its thread when it is executed. */
function joiningOf({ id, ownerId, threadId, hold, idempotency, dependsOn }: NewTask): Joining {
  return {
    runId: id,
    ownerId,
    threadId: hold ? null : threadId,
    idempotencyKey: idempotency?.key ?? null,
    dependsOn,
    field: 'input.threadId',
  };
}

async function insertDependent(
  client: ClientBase,
  task: NewTask,
  turns: number,
): Promise<CreatedTask | null> {
  const blockers = await countBlockers(client, task.ownerId, task.dependsOn);
  const created = await insertTask(client, task, turns + blockers);
  if (created) await addDependencies(client, task.id, task.dependsOn);
  return created;
}

/** One statement. @returns null when the idempotency key exists, or when the session is not active */
export async function insertTask(
  connection: Pool | ClientBase,
  task: NewTask,
  blockers: number,
): Promise<CreatedTask | null> {
  const { rows } = await connection.query<TaskRow & Pick<CreatedTask, 'events'>>({
    name: 'create-task',
    text: `
      with ${homeSql('$20', '$2')}, claimed as (
        insert into idempotency_key (owner_id, key, body_hash, run_id)
        select $2, $12, $13, $1 from home where $12::text is not null
        on conflict do nothing returning key
      ), moved as (
        insert into run (id, kind, owner_id, session_id, origin, status, priority, blockers, last_seq,
          parent_id, has_dependents, bytes, counted_bytes)
        select $1, 'task', $2, home.session_id, $3, $14, $4, $15, jsonb_array_length($11::jsonb),
          $30::text, $30::text is not null, $42, $42
        from home where $12::text is null or exists (select from claimed)
        returning *
      ), asked as (
        insert into task (id, kind, prompt, system, parameters, provider, model, fallback_models, response_schema,
          thread_id, joined_at, type, agent_id, tools, limits,
          template_name, template_version, template_plan, template_parameters, secrets,
          step_key, step_item, step_attempt, fallback_is_ours,
          title, description, target, context, task_parameters, prompt_is_ours, prediction)
        select id, $5, $6, $7, $8::jsonb, $9, $10, $16::jsonb, $17::jsonb, $18,
          case when $18::text is not null then clock_timestamp() end, $21, $22, $23::text[], $24::jsonb,
          $25, $26, $27::jsonb, $28::jsonb, $29, $31, $32, $33, $34, $35, $36, $37, $38::jsonb, $39::jsonb, $40, $41::jsonb from moved
        returning *
      ), limited as (
        insert into budget (subject_id, kind, cost_limit)
        select id, 'task', $19::numeric from moved where $19::numeric is not null
      ), logged as (${appendSql('$11')})
      select ${TASK_COLUMNS}, ${loggedSql} as events
      from moved as run, asked as task`,
    values: newTaskValues(task, blockers),
  });
  const [created] = rows;
  if (!created) return null;
  const { events, ...row } = created;
  return { row, events: toLoggedEvents(events), isReady: blockers === 0 && !task.hold };
}

/**
 * An equal request was faster, and its task is returned unless it has been deleted already. Or the session
 * was closed.
 */
async function notCreated(store: Store, { ownerId, sessionId, idempotency }: NewTask): Promise<string> {
  const earlier = idempotency && (await findRepeated(store, ownerId, idempotency));
  if (earlier) return earlier;
  if (sessionId && !(await takesTasks(store, sessionId))) throw closedMeanwhile();
  throw new DomainError('CONFLICT', 'input.idempotencyKey: its task was deleted meanwhile; try again', {
    field: 'input.idempotencyKey',
  });
}

async function takesTasks({ database }: Store, sessionId: string): Promise<boolean> {
  const { rowCount } = await database.pool.query(`select from session where id = $1 and status = 'active'`, [
    sessionId,
  ]);
  return rowCount === 1;
}

function closedMeanwhile(): DomainError {
  const field = 'input.sessionId';
  return new DomainError('INVALID_STATE', `${field}: the session was closed meanwhile`, { field });
}

/**
 * The run created by an equal request before; null when there is none.
 * @throws DomainError CONFLICT when the key was used for another request
 */
export async function findRepeated(
  { database }: Store,
  ownerId: string,
  { key, bodyHash }: Idempotency,
): Promise<string | null> {
  const { rows } = await database.pool.query<{ runId: string; bodyHash: string }>({
    name: 'find-repeated',
    text: `select run_id as "runId", body_hash as "bodyHash" from idempotency_key where owner_id = $1 and key = $2`,
    values: [ownerId, key],
  });
  const [found] = rows;
  if (!found || found.bodyHash === bodyHash) return found?.runId ?? null;
  const message = 'input.idempotencyKey: was used before for a different request';
  throw new DomainError('CONFLICT', message, { field: 'input.idempotencyKey' });
}
