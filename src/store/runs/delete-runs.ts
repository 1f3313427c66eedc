import type { ClientBase } from 'pg';
import { RUN_KINDS } from '../../vocabulary.ts';
import type { LoggedEvent } from '../log/events.ts';
import { cancelAllWithin } from './cancel-run.ts';

/**
 * Ends unfinished ones of the runs, which the transaction has locked, then deletes all of them with their
 * logs. The cost of their model calls stays in the budgets of their session and owner.
 * @returns events to publish after the commit
 */
export async function deleteRunsWithin(
  client: ClientBase,
  ownerId: string,
  ids: readonly string[],
): Promise<LoggedEvent[]> {
  const events = await cancelAllWithin(client, { runIds: ids, kinds: RUN_KINDS, ownerId, reason: 'deleted' });
  for (const table of ['task', 'orchestration']) {
    // It may quote deleted text.
    await client.query(
      `update thread set summary = null from ${table}
       where ${table}.id = any($1::text[]) and thread.id = ${table}.thread_id and thread.summary is not null`,
      [ids],
    );
  }
  for (const table of ['event', 'model_call', 'budget_entry']) {
    await client.query(`delete from ${table} where run_id = any($1::text[])`, [ids]);
  }
  await client.query('delete from budget where subject_id = any($1::text[])', [ids]);
  for (const table of [...RUN_KINDS, 'run']) {
    await client.query(`delete from ${table} where id = any($1::text[])`, [ids]);
  }
  return events;
}
