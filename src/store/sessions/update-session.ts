import type { ClientBase } from 'pg';
import type { SessionSettings } from '../../rules/sessions/session.ts';
import type { Origin, SessionStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { publishAll } from '../log/publish-all.ts';
import { setSessionLimit } from '../money/budgets.ts';
import { deleteRunsWithin } from '../runs/delete-runs.ts';
import { lockOwnRuns } from '../runs/end-turns.ts';
import type { Store } from '../store.ts';
import { SESSION_COLUMNS, type SessionRow } from './sessions.ts';

export interface NewSession {
  id: string;
  ownerId: string;
  origin: Origin;
  name: string | null;
  description: string | null;
  settings: SessionSettings;
  workingDirectory: string | null;
  userLabel: string | null;
  /** US dollars as decimal text; null: no limit. */
  costLimit: string | null;
}

export async function insertSession(database: Database, session: NewSession): Promise<SessionRow> {
  const { rows } = await database.pool.query<SessionRow>({
    name: 'insert-session',
    text: `
      with made as (
        insert into session (id, owner_id, origin, name, description, settings, working_directory, user_label)
        values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8) returning *
      ), limited as (
        insert into budget (subject_id, kind, cost_limit)
        select id, 'session', $9::numeric from made where $9::numeric is not null
      )
      select ${SESSION_COLUMNS} from made as session`,
    values: [
      session.id,
      session.ownerId,
      session.origin,
      session.name,
      session.description,
      JSON.stringify(session.settings),
      session.workingDirectory,
      session.userLabel,
      session.costLimit,
    ],
  });
  return rows[0]!;
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
  database: Database,
  target: Target,
  change: SessionChange,
): Promise<boolean> {
  return transaction(database, async (client) => {
    const { rowCount } = await client.query(
      `update session set updated_at = clock_timestamp(), name = case when $3 then $4 else name end,
         description = case when $5 then $6 else description end, status = coalesce($7, status),
         settings = jsonb_strip_nulls(settings || coalesce($8::jsonb, '{}')),
         ended_at = case when coalesce($7, status) = 'completed' then coalesce(ended_at, clock_timestamp()) end
       where id = $1 and owner_id = $2`,
      [
        target.id,
        target.ownerId,
        change.name !== undefined,
        change.name,
        change.description !== undefined,
        change.description,
        change.status,
        change.settings && JSON.stringify(change.settings),
      ],
    );
    if (rowCount === 1 && change.costLimit !== undefined)
      await setSessionLimit(client, target.id, change.costLimit);
    return rowCount === 1;
  });
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
    if (left === 'nothing') {
      store.bus.ring({ kind: 'session', id: target.id });
      return true;
    }
    if (left === 'unknown') return isFound;
  }
}

async function deletePart(client: ClientBase, { id, ownerId }: Target) {
  const closed = await client.query(
    `update session set status = 'completed', ended_at = coalesce(ended_at, clock_timestamp())
     where id = $1 and owner_id = $2`,
    [id, ownerId],
  );
  if (closed.rowCount === 0) return { left: 'unknown', events: [] } as const;
  const { found } = await lockOwnRuns(client, {
    text: `select id from run where session_id = $1 order by id limit ${RUNS_AT_ONCE}`,
    values: [id],
  });
  const events = await deleteRunsWithin(client, ownerId, found);
  if (found.length === RUNS_AT_ONCE) return { left: 'runs', events } as const;
  await client.query('delete from thread where session_id = $1', [id]);
  await client.query('delete from budget where subject_id = $1', [id]);
  await client.query('delete from session where id = $1', [id]);
  return { left: 'nothing', events } as const;
}
