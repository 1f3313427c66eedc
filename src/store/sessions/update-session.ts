import { sql } from 'kysely';
import type { ClientBase } from 'pg';
import type { SessionStatus } from '../../vocabulary.ts';
import { createdAtText } from '../database/kysely-page.ts';
import { CURRENT_TIME, type Json, json, tables } from '../database/tables.ts';
import { transaction } from '../database/transaction.ts';
import { recordChange, ringChange, threadDeletionsSql } from '../log/changes.ts';
import { publishAll } from '../log/publish-all.ts';
import { setSessionLimit } from '../money/budgets.ts';
import { deleteRunsWithin } from '../runs/deletion/delete-runs.ts';
import { lockOwnRuns } from '../runs/end-turns.ts';
import type { Store } from '../store.ts';
import type { SessionRow } from './sessions.ts';

export interface NewSession
  extends Pick<
    SessionRow,
    | 'id'
    | 'ownerId'
    | 'origin'
    | 'name'
    | 'description'
    | 'settings'
    | 'userLabel'
    | 'workingDirectory'
    | 'namedDirectory'
  > {
  /** US dollars as decimal text; null: no limit. */
  costLimit: string | null;
}

export async function insertSession(
  { database, bus }: Store,
  { costLimit, ...session }: NewSession,
): Promise<SessionRow> {
  const created = await transaction(database, async (client) => {
    const inserted = await tables(client)
      .insertInto('session')
      .values({ ...session, settings: json(session.settings) })
      .returningAll()
      .returning(createdAtText('session'))
      .executeTakeFirstOrThrow();
    if (costLimit !== null) {
      const budget = { subjectId: session.id, kind: 'session', costLimit } as const;
      await tables(client).insertInto('budget').values(budget).execute();
    }
    await recordChange(client, { ...changeOf(session), type: 'created' });
    return inserted;
  });
  ringChange(bus, changeOf(session));
  return created;
}

/** Of a session that still exists. */
function changeOf({ id, ownerId }: Target) {
  return { kind: 'session', subjectId: id, sessionId: id, ownerId } as const;
}

interface Target {
  id: string;
  ownerId: string;
}

/** Absent fields stay unchanged; null removes a setting. */
export interface SessionChange {
  name?: string | null;
  description?: string | null;
  status?: SessionStatus;
  settings?: Record<string, unknown>;
  /** US dollars as decimal text; null removes the limit. */
  costLimit?: string | null;
}

/** @returns false when there is no such session of the owner. */
export async function changeSession(
  { database, bus }: Store,
  target: Target,
  { name, description, status, settings = {}, costLimit }: SessionChange,
): Promise<boolean> {
  const isFound = await transaction(database, async (client) => {
    const { numUpdatedRows } = await tables(client)
      .updateTable('session')
      .set({ updatedAt: CURRENT_TIME, name, description, status, endedAt: status && endOf(status) })
      .set({ settings: sql<Json>`jsonb_strip_nulls(settings || ${json(settings)})` })
      .where('id', '=', target.id)
      .where('ownerId', '=', target.ownerId)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return false;
    if (costLimit !== undefined) await setSessionLimit(client, target.id, costLimit);
    await recordChange(client, { ...changeOf(target), type: 'updated' });
    return true;
  });
  if (isFound) ringChange(bus, changeOf(target));
  return isFound;
}

/** A session that was completed already keeps its time. */
function endOf(status: SessionStatus) {
  return status === 'completed' ? sql<Date>`coalesce(ended_at, clock_timestamp())` : null;
}

/**
 * Runs deleted per transaction, which limits its locks and its memory regardless of the size of the session.
 */
const RUNS_AT_ONCE = 100;

/**
 * Ends unfinished runs in it, then deletes it with all its tasks, in as many transactions as necessary. The
 * first one closes it; an interrupted deletion continues when it is requested again.
 * @returns false when there is no such session of the owner
 */
export async function deleteSession(store: Store, target: Target): Promise<boolean> {
  for (let isFound = false; ; isFound = true) {
    const { left, events } = await transaction(store.database, (client) => deletePart(client, target));
    publishAll(store.bus, events);
    ringChange(store.bus, changeOf(target));
    if (left === 'nothing') return true;
    if (left === 'unknown') return isFound;
  }
}

async function deletePart(client: ClientBase, { id, ownerId }: Target) {
  const closed = await tables(client)
    .updateTable('session')
    .set({ status: 'completed', endedAt: endOf('completed') })
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .executeTakeFirstOrThrow();
  if (closed.numUpdatedRows === 0n) return { left: 'unknown', events: [] } as const;
  const { found } = await lockOwnRuns(client, {
    text: `select id from run where session_id = $1 order by id limit ${RUNS_AT_ONCE}`,
    values: [id],
  });
  const events = await deleteRunsWithin(client, ownerId, found);
  if (found.length === RUNS_AT_ONCE) return { left: 'runs', events } as const;
  await client.query(threadDeletionsSql('session_id = $1'), [id]);
  await tables(client).deleteFrom('thread').where('sessionId', '=', id).execute();
  await tables(client).deleteFrom('budget').where('subjectId', '=', id).execute();
  await tables(client).deleteFrom('session').where('id', '=', id).execute();
  await recordChange(client, { ...changeOf({ id, ownerId }), sessionId: null, type: 'deleted' });
  return { left: 'nothing', events } as const;
}
