import type { ClientBase } from 'pg';
import type { ChangedKind, ChangeType } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { BATCH_ROWS, deleteInBatches } from '../database/delete-in-batches.ts';
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

/**
 * SQL that records changes, from rows with the columns of the table. Of an object that is edited often, only the latest
 * edit is kept, and of one that is deleted, its deletion: what a client has not received yet is replaced by what is newer.
 * The transaction holds the row of the object, so that no other changes it meanwhile.
 * @param rows SQL that selects subject_id, owner_id, session_id, kind, type and place
 */
function recordSql(rows: string): string {
  return `
    with fresh as (${rows}), older as (
      delete from change using fresh
      where change.subject_id = fresh.subject_id and change.place < fresh.place
        and (change.type = 'updated' or fresh.type = 'deleted')
    )
    insert into change (subject_id, owner_id, session_id, kind, type, place, xid)
    select subject_id, owner_id, session_id, kind, type, place, pg_current_xact_id() from fresh
    on conflict (subject_id, place) do update set type = excluded.type, session_id = excluded.session_id,
      xid = excluded.xid, at = excluded.at`;
}

/** Records a change of a session or a thread, in the transaction that makes it and holds its row. */
export async function recordChange(client: ClientBase, change: NewChange): Promise<void> {
  const { subjectId, ownerId, sessionId, kind, type } = change;
  await client.query({
    name: 'record-change',
    text: recordSql(`
      select $1::text as subject_id, $2::text as owner_id, $3::text as session_id, $4::text as kind, $5::text as type,
        pg_current_xact_id() as place`),
    values: [subjectId, ownerId, sessionId, kind, type],
  });
}

/**
 * SQL that records a change of runs.
 * @param runs SQL of the condition that selects them, such as `id = $1`
 */
export function runChangesSql(type: ChangeType, runs: string): string {
  return recordSql(`
    select id as subject_id, owner_id, session_id, kind, '${type}'::text as type,
      greatest(place, pg_current_xact_id()) as place
    from run where ${runs}`);
}

/** SQL that records the deletion of threads. @param threads SQL of the condition that selects them */
export function threadDeletionsSql(threads: string): string {
  return recordSql(`
    select id as subject_id, owner_id, null as session_id, 'thread' as kind, 'deleted' as type,
      pg_current_xact_id() as place
    from thread where ${threads}`);
}

/** Wakes the feeds that contain a change, after its commit. */
export function ringChange(bus: Bus, { ownerId, sessionId }: Pick<NewChange, 'ownerId' | 'sessionId'>): void {
  bus.ring({ kind: 'owner', id: ownerId });
  if (sessionId !== null) bus.ring({ kind: 'session', id: sessionId });
}

/** Cursors of feeds are accepted for this long: a client that returns later would miss changes. */
export const CHANGES_KEPT_DAYS = 30;

/** Deletes changes that no cursor can ask for any more. */
export function pruneChanges(database: Database, signal: AbortSignal): Promise<number> {
  return deleteInBatches(
    database,
    {
      name: 'prune-changes',
      text: `
      delete from change where (subject_id, place) in (
        select subject_id, place from change where at < now() - interval '${CHANGES_KEPT_DAYS + 1} days'
        order by at limit ${BATCH_ROWS} for update skip locked
      )`,
    },
    signal,
  );
}
