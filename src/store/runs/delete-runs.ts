import type { ClientBase } from 'pg';
import { TURN_KINDS } from '../../rules/runs/kinds.ts';
import { RUN_KINDS, type RunKind } from '../../vocabulary.ts';
import { transaction } from '../database/transaction.ts';
import { ringChange, runChangesSql } from '../log/changes.ts';
import type { LoggedEvent } from '../log/events.ts';
import { publishAll } from '../log/publish-all.ts';
import type { Store } from '../store.ts';
import { cancelAllWithin } from './cancel-run.ts';
import { lockOwnRuns } from './end-turns.ts';

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
  for (const table of ['event', 'model_call', 'budget_entry', 'run_search']) {
    await client.query(`delete from ${table} where run_id = any($1::text[])`, [ids]);
  }
  await client.query('delete from budget where subject_id = any($1::text[])', [ids]);
  for (const table of [...RUN_KINDS, 'run']) {
    await client.query(`delete from ${table} where id = any($1::text[])`, [ids]);
  }
  return events;
}

interface WorkingFolder {
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
  const { folders, sessionId, events } = await transaction(store.database, async (client) => {
    const { locked } = await lockOwnRuns(client, {
      text: `
        select id from run where owner_id = $2 and (parent_id = $1 or (id = $1 and kind = $3 and parent_id is null))
        order by parent_id nulls first, id`,
      values: [runId, ownerId, kind],
    });
    if (!locked.includes(runId)) return { folders: null, sessionId: null, events: [] };
    // With those that were created while this waited.
    const { rows } = await client.query<{
      id: string;
      workingDirectory: string | null;
      sessionId: string | null;
    }>(
      `select run.id, task.working_directory as "workingDirectory", session_id as "sessionId"
       from run left join task on task.id = run.id where run.parent_id = $1 or run.id = $1`,
      [runId],
    );
    const folders = rows.flatMap(({ id, workingDirectory }) =>
      workingDirectory ? [{ taskId: id, workingDirectory }] : [],
    );
    const ids = rows.map(({ id }) => id);
    const sessionId = rows[0]?.sessionId ?? null;
    return { folders, sessionId, events: await deleteRunsWithin(client, ownerId, ids) };
  });
  publishAll(store.bus, events);
  if (folders) ringChange(store.bus, { ownerId, sessionId });
  return folders;
}
