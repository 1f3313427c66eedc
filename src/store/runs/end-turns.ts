import type { ClientBase } from 'pg';
import { TURN_KINDS } from '../../rules/runs/kinds.ts';
import { transaction } from '../database/transaction.ts';
import { ENDED } from '../entities/run-statuses.ts';
import type { LoggedEvent } from '../log/events.ts';
import { publishAll } from '../log/publish-all.ts';
import type { Store } from '../store.ts';
import { release } from './dependencies.ts';

/** SQL of the threads in which runs, and everything that depends on them, are unfinished turns. */
const THREADS_OF_ENDING = `
  with recursive ending(id) as (
    select unnest($1::text[])
    union select dependency.run_id from dependency join ending on dependency.on_run_id = ending.id
  )
  select thread_id from thread_turn join ending on run_id = ending.id`;

/**
 * Locks the threads of runs, and of everything that depends on them, before the runs: adding a turn locks in
 * the same order.
 */
export async function lockThreads(client: ClientBase, runIds: readonly string[]): Promise<void> {
  await client.query({
    name: 'lock-threads',
    text: `select from thread where id in (${THREADS_OF_ENDING}) order by id for no key update`,
    values: [runIds],
  });
}

/**
 * Locks runs for their deletion, and before them their threads, as `lockThreads` does, including threads of
 * finished runs: a summary of the thread may be about to quote them.
 * @param wanted selects the ids of an owner's runs, in locking order
 * @returns the ids that were found, and those of them that still exist now that they are locked
 */
export async function lockOwnRuns(
  client: ClientBase,
  wanted: { text: string; values: unknown[] },
): Promise<{ found: string[]; locked: string[] }> {
  const { rows } = await client.query<{ id: string }>(wanted);
  const found = rows.map(({ id }) => id);
  await client.query({
    name: 'lock-threads-of-runs',
    text: `
      select from thread where id in (
        ${THREADS_OF_ENDING}
        ${TURN_KINDS.map((kind) => `union select thread_id from ${kind} where id = any($1::text[])`).join(' ')})
      order by id for no key update`,
    values: [found],
  });
  // Only those found before: the threads of runs that were created meanwhile are not locked.
  const locked = await client.query<{ id: string }>({
    name: 'lock-own-runs',
    text: `
      select run.id from unnest($1::text[]) with ordinality as found(id, position) join run on run.id = found.id
      order by found.position for update of run`,
    values: [found],
  });
  return { found, locked: locked.rows.map(({ id }) => id) };
}

/** After runs have ended: the next turn of each of their threads becomes ready. */
export async function endTurns(client: ClientBase, runIds: readonly string[]): Promise<LoggedEvent[]> {
  const { rows } = await client.query<{ id: string }>({
    name: 'end-turns',
    text: `
      with ended as (delete from thread_turn where run_id = any($1::text[]) returning thread_id)
      select distinct thread_id as id from ended order by id`,
    values: [runIds],
  });
  if (rows.length === 0) return [];
  const threadIds = rows.map(({ id }) => id);
  // A separate statement, so that the next one sees what was committed before this transaction had the lock.
  await client.query('select from thread where id = any($1::text[]) order by id for no key update', [
    threadIds,
  ]);
  return release(client, NEXT_TURNS, threadIds, 'previous_turn_ended');
}

/**
 * Ends turns whose runs have ended, but not the turns, as workers of an earlier version do. Usually there are
 * none. @returns the ids of the runs
 */
export async function endLostTurns(store: Store): Promise<string[]> {
  const { rows } = await store.database.pool.query<{ id: string }>({
    name: 'read-lost-turns',
    text: `
      select run.id from thread_turn join run on run.id = thread_turn.run_id
      where run.status ${ENDED} limit 100`,
  });
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return ids;
  const events = await transaction(store.database, async (client) => {
    await lockThreads(client, ids);
    return endTurns(client, ids);
  });
  publishAll(store.bus, events);
  return ids;
}

/** The turns that joined first, of threads without a turn in progress. */
const NEXT_TURNS = `
  next as (
    select distinct on (thread_id) run_id as id from thread_turn
    where thread_id = any($1::text[]) and not exists (
      select from thread_turn as present where present.thread_id = thread_turn.thread_id and not present.is_waiting)
    order by thread_id, joined_at
  ), begun as (
    update thread_turn set is_waiting = false from next where thread_turn.run_id = next.id
  ), held as (
    select run.id from run join next on next.id = run.id order by run.id for update of run
  )`;
