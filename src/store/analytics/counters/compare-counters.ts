import type { Database } from '../../database/database.ts';
import { snapshot } from '../../database/transaction.ts';
import { ALL_RUNS, countedRowsSql } from './counted-rows.ts';
import { IS_NOTHING, SUM_LIST, SUMS, type Sum, sumsOf } from './sums.ts';
import { addTimesSql, addTotalsSql, COUNTER_KEY, timesSql, totalsSql } from './totals-sql.ts';

/** A counter that is not the total of the rows it counts. */
export interface CounterDifference {
  ownerId: string;
  scope: string;
  grain: string;
  at: Date;
  subject: string;
  name: string;
  detail: string;
  bucket: number;
  /** Sums that differ, as decimal text. */
  kept: Partial<Record<Sum, string>>;
  counted: Partial<Record<Sum, string>>;
}

/** Reported at once. */
export const MAX_DIFFERENCES = 100;

const COUNTED = countedRowsSql(ALL_RUNS, true);

const TIMES = `owner_id, scope, grain, at, 'time', '', '', bucket,
  ${sumsOf({ count: 'time.count', duration_ms: 'duration_ms' })}`;

const REBUILD = `
  with row as materialized (${COUNTED}), total as materialized (
    ${totalsSql('row')}
  ), filled as (
    ${addTimesSql('total')}
  )
  ${addTotalsSql('total')}`;

const rowOf = (table: string) => `(${SUMS.map((sum) => `coalesce(${table}.${sum}, 0)`).join(', ')})`;

/** SQL of those sums of a side that differ. */
function differing(side: 'kept' | 'counted'): string {
  const sums = SUMS.map((sum) => {
    const [own, other] = [side, side === 'kept' ? 'counted' : 'kept'].map(
      (table) => `coalesce(${table}.${sum}, 0)`,
    );
    return `'${sum}', case when ${own} <> ${other} then trim_scale(${own}::numeric)::text end`;
  });
  return `jsonb_strip_nulls(jsonb_build_object(${sums.join(', ')}))`;
}

const COMPARE = `
  with row as materialized (${COUNTED}), counted as materialized (
    ${totalsSql('row')}
  ), kept as materialized (
    select ${COUNTER_KEY}, ${SUMS.map((sum) => `sum(${sum}) as ${sum}`).join(', ')} from (
      select ${COUNTER_KEY}, ${SUM_LIST} from counter
      union all ${timesSql(TIMES, 'true')}
      union all select ${COUNTER_KEY}, ${SUM_LIST} from (${totalsSql('counter_change')}) as pending
    ) as part group by ${COUNTER_KEY} having not (${IS_NOTHING})
  )
  select owner_id as "ownerId", scope, grain, at, subject, name, detail, bucket, ${differing('kept')} as kept,
    ${differing('counted')} as counted
  from kept full join counted using (${COUNTER_KEY})
  where ${rowOf('kept')} is distinct from ${rowOf('counted')}
  order by ${COUNTER_KEY} limit ${MAX_DIFFERENCES}`;

/**
 * Compares all counters, with their pending changes, with a count of the rows, in one snapshot of a database that may be
 * in use.
 */
export async function compareCounters(database: Database): Promise<CounterDifference[]> {
  const { rows } = await database.pool.query<CounterDifference>(COMPARE);
  return rows;
}

/**
 * Counts all rows again. Correct while other processes work: changes by transactions that the snapshot does not contain
 * are still pending afterwards, and those by others are deleted. The lock is taken before the snapshot, so that no worker
 * adds changes meanwhile; readers do not wait for it.
 */
export function rebuildCounters(database: Database): Promise<void> {
  return snapshot(database, async (client) => {
    await client.query('lock table counter in share row exclusive mode');
    await client.query('delete from counter_change');
    await client.query('delete from counter');
    await client.query('delete from counter_histogram');
    await client.query(REBUILD);
  });
}
