import type { ClientBase } from 'pg';
import { TURN_KINDS } from '../../../rules/runs/kinds.ts';
import { RUN_KINDS, type RunKind, type RunStatus } from '../../../vocabulary.ts';
import { transaction } from '../../database/transaction.ts';
import { ringChange, runChangesSql } from '../../log/changes.ts';
import { deleteLogs } from '../../log/event-log.ts';
import type { LoggedEvent } from '../../log/events.ts';
import { publishAll } from '../../log/publish-all.ts';
import type { Store } from '../../store.ts';
import { cancelAllWithin } from '../cancel-run.ts';
import { lockOwnRuns } from '../end-turns.ts';
import { withStatus } from '../read-runs.ts';

/**
 * Ends unfinished ones of the runs, which the transaction has locked, then deletes all of them with their
 * logs. The cost of their model calls stays in the budgets of their session and owner. The feeds that
 * contain them are to be woken after the commit.
 * @returns events to publish after the commit
 */
export async function deleteRunsWithin(
  client: ClientBase,
  ownerId: string,
  ids: readonly string[],
): Promise<LoggedEvent[]> {
  const events = await cancelAllWithin(client, { runIds: ids, kinds: RUN_KINDS, ownerId, reason: 'deleted' });
  for (const table of TURN_KINDS) {
    // It may quote deleted text.
    await client.query(
      `update thread set summary = null from ${table}
       where ${table}.id = any($1::text[]) and thread.id = ${table}.thread_id and thread.summary is not null`,
      [ids],
    );
  }
  await client.query(runChangesSql('deleted', 'id = any($1::text[])'), [ids]);
  await deleteLogs(client, ids);
  for (const table of ['model_call', 'budget_entry']) {
    await client.query(`delete from ${table} where run_id = any($1::text[])`, [ids]);
  }
  await client.query('delete from budget where subject_id = any($1::text[])', [ids]);
  for (const table of [...RUN_KINDS, 'run']) {
    await client.query(`delete from ${table} where id = any($1::text[])`, [ids]);
  }
  return events;
}

export interface WorkingFolder {
  taskId: string;
  workingDirectory: string;
}

interface Target {
  runId: string;
  ownerId: string;
  kind: RunKind;
}

/**
 * Ends what has not ended, then deletes the run, its parts and their logs. The budgets of its session and owner keep
 * what its model calls cost.
 * @returns the working directories of its tasks; null when there is no such run of the owner, or when it is a part
 * of another
 */
export async function deleteRun(
  store: Store,
  { runId, ownerId, kind }: Target,
): Promise<WorkingFolder[] | null> {
  const runs = await transaction(store.database, (client) =>
    deleteWholeRunsWithin(client, ownerId, { ids: [runId], kinds: [kind], statuses: null }),
  );
  publishDeleted(store, ownerId, runs);
  return runs.deleted.length === 0 ? null : runs.folders;
}

/** After the commit. */
export function publishDeleted(
  { bus }: Store,
  ownerId: string,
  { events, sessionIds }: Pick<DeletedRuns, 'events' | 'sessionIds'>,
): void {
  publishAll(bus, events);
  for (const sessionId of sessionIds) ringChange(bus, { ownerId, sessionId });
}

export interface DeletedRuns {
  /** Without their parts. */
  deleted: string[];
  folders: WorkingFolder[];
  /** The sessions, or null, whose feeds are to be woken after the commit. */
  sessionIds: (string | null)[];
  /** To be published after the commit. */
  events: LoggedEvent[];
}

interface WholeRuns {
  ids: readonly string[];
  kinds: readonly RunKind[];
  /** Those that have another status now that they are locked are left; null: none. */
  statuses: readonly RunStatus[] | null;
  /** Selects what is to be deleted of those that are locked; absent: all of them. */
  select?: (ids: readonly string[]) => Promise<readonly string[]>;
}

/** Within a transaction, deletes those of some runs that are the owner's and no parts of others, with their parts. */
export async function deleteWholeRunsWithin(
  client: ClientBase,
  ownerId: string,
  { ids: wanted, kinds, statuses, select }: WholeRuns,
): Promise<DeletedRuns> {
  const nothing = { deleted: [], folders: [], sessionIds: [], events: [] };
  if (wanted.length === 0) return nothing;
  const { locked } = await lockOwnRuns(client, {
    text: `
      with whole as (
        select id from run
        where id = any($1::text[]) and owner_id = $2 and kind = any($3::text[]) and parent_id is null
      )
      select id from (
        select id, parent_id from run where id in (select id from whole)
        union all select id, parent_id from run where parent_id in (select id from whole)
      ) as run order by parent_id nulls first, id`,
    values: [wanted, ownerId, kinds],
  });
  const ofStatus = statuses ? await withStatus(client, locked, statuses) : locked;
  const remaining = new Set(select ? await select(ofStatus) : ofStatus);
  const deleted = wanted.filter((id) => remaining.has(id));
  if (deleted.length === 0) return nothing;
  // With parts that were created while this waited.
  const { rows } = await client.query<{
    id: string;
    workingDirectory: string | null;
    sessionId: string | null;
  }>(
    `select run.id, task.working_directory as "workingDirectory", session_id as "sessionId"
     from run left join task on task.id = run.id where run.parent_id = any($1::text[]) or run.id = any($1::text[])`,
    [deleted],
  );
  const folders = rows.flatMap(({ id, workingDirectory }) =>
    workingDirectory ? [{ taskId: id, workingDirectory }] : [],
  );
  const sessionIds = [...new Set(rows.map(({ sessionId }) => sessionId))];
  const ids = rows.map(({ id }) => id);
  return { deleted, folders, sessionIds, events: await deleteRunsWithin(client, ownerId, ids) };
}
