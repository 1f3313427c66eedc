import type { ClientBase } from 'pg';
import type { ChangedKind, ChangeType } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import type { Bus } from './bus.ts';

/** What feeds send beside the events of runs. */
export interface Change {
  kind: ChangedKind;
  type: ChangeType;
  subjectId: string;
  /** The database's clock. */
  at: Date;
}

interface NewChange extends Omit<Change, 'at'> {
  ownerId: string;
  /** Its own id for a session that still exists; null: in none. */
  sessionId: string | null;
}

/** Of an object that changes twice in a transaction, the last change is kept. */
const AGAIN = `
  on conflict (subject_id, place) do update set type = excluded.type, session_id = excluded.session_id,
    xid = excluded.xid, at = excluded.at`;

/** Records a change of a session or a thread, in the transaction that makes it. */
export async function recordChange(client: ClientBase, change: NewChange): Promise<void> {
  const { subjectId, ownerId, sessionId, kind, type } = change;
  await client.query({
    name: 'record-change',
    text: `
      insert into change (subject_id, owner_id, session_id, kind, type, place, xid)
      values ($1, $2, $3, $4, $5, pg_current_xact_id(), pg_current_xact_id()) ${AGAIN}`,
    values: [subjectId, ownerId, sessionId, kind, type],
  });
}

/**
 * SQL that records a change of runs.
 * @param runs SQL of the condition that selects them, such as `id = $1`
 */
export function runChangesSql(type: ChangeType, runs: string): string {
  return `
    insert into change (subject_id, owner_id, session_id, kind, type, place, xid)
    select id, owner_id, session_id, kind, '${type}', greatest(place, pg_current_xact_id()), pg_current_xact_id()
    from run where ${runs} ${AGAIN}`;
}

/** Wakes the feeds that contain a change, after its commit. */
export function ringChange(bus: Bus, { ownerId, sessionId }: Pick<NewChange, 'ownerId' | 'sessionId'>): void {
  bus.ring({ kind: 'owner', id: ownerId });
  if (sessionId !== null) bus.ring({ kind: 'session', id: sessionId });
}

/** Cursors of feeds are accepted for this long: a client that returns later would miss changes. */
export const CHANGES_KEPT_DAYS = 30;
const PRUNED_AT_ONCE = 1_000;

/** Deletes changes that no cursor can ask for any more, a limited number at a time. */
export async function pruneChanges({ pool }: Database): Promise<void> {
  await pool.query({
    name: 'prune-changes',
    text: `
      delete from change where (subject_id, place) in (
        select subject_id, place from change where at < now() - interval '${CHANGES_KEPT_DAYS + 1} days'
        order by at limit ${PRUNED_AT_ONCE} for update skip locked
      )`,
  });
}
