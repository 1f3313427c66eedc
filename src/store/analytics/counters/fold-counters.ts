import { setTimeout as wait } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import type { Database } from '../../database/database.ts';
import { transaction } from '../../database/transaction.ts';
import { SUMS } from './sums.ts';
import { addTimesSql, addTotalsSql, totalsSql } from './totals-sql.ts';

/** Limits the time for which a statement holds rows of counters. */
export const CHANGES_AT_ONCE = 5_000;

const FOLD = `
  with taken as materialized (
    delete from counter_change where ctid = any(array(
      select ctid from counter_change limit ${CHANGES_AT_ONCE} for update skip locked)) returning *
  ), total as materialized (
    ${totalsSql('taken')}
  ), added as (
    ${addTotalsSql('total')}
    returning ctid, ${SUMS.map((sum) => `counter.${sum} = 0`).join(' and ')} as is_empty
  ), filled as (
    ${addTimesSql('total')}
    returning ctid, buckets = '{}' as is_empty
  )
  select (select count(*)::int from taken) as count,
    array(select ctid::text from added where is_empty) as counters,
    array(select ctid::text from filled where is_empty) as histograms`;

/**
 * Adds pending changes to the counters, exactly once: they are deleted in the same transaction. Concurrent calls divide
 * the changes between them.
 * @returns how many they were; there may be more if it is `CHANGES_AT_ONCE`
 */
export function foldCounters(database: Database): Promise<number> {
  return transaction(database, fold);
}

/** @returns the number of changes that were added */
async function fold(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ count: number; counters: string[]; histograms: string[] }>({
    name: 'fold-counters',
    text: FOLD,
  });
  const { count, counters, histograms } = rows[0]!;
  // They are locked, so that nothing was added to them since.
  await deleteEmpty(client, 'counter', counters);
  await deleteEmpty(client, 'counter_histogram', histograms);
  return count;
}

async function deleteEmpty(client: ClientBase, table: string, positions: readonly string[]): Promise<void> {
  if (positions.length === 0) return;
  await client.query(`delete from ${table} where ctid = any($1::tid[])`, [positions]);
}

const RETRY_MS = 50;

/** Until no change of an account is pending, including those that another process is adding. */
export async function foldAccount(database: Database, ownerId: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const count = await foldCounters(database);
    const { rowCount } = await database.pool.query('select from counter_change where owner_id = $1 limit 1', [
      ownerId,
    ]);
    if (rowCount === 0) return;
    if (count < CHANGES_AT_ONCE) await wait(RETRY_MS, undefined, { signal });
  }
}
