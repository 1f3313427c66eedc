import type { ClientBase } from 'pg';
import { DomainError } from '../../errors.ts';
import { transaction } from '../database/transaction.ts';
import { bytesOf } from '../log/event-log.ts';
import { publishAll } from '../log/publish-all.ts';
import { addDependencies, countBlockers } from '../runs/dependencies.ts';
import type { Store } from '../store.ts';
import { type Joining, joinThread } from '../threads/join-thread.ts';
import { type CreatedTask, insertTask } from './insert-task.ts';
import type { Idempotency, NewTask } from './new-task.ts';
import type { TaskRow } from './tasks.ts';

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
function joiningOf({ id, ownerId, threadId, hold, idempotency, dependsOn, startAt }: NewTask): Joining {
  return {
    runId: id,
    ownerId,
    threadId: hold ? null : threadId,
    idempotencyKey: idempotency?.key ?? null,
    dependsOn,
    startAt,
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
