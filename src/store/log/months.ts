import type { PoolClient } from 'pg';
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';

/** Tables that are divided by the month of the runs. */
const LOG_TABLES = ['run_event', 'run_text'] as const;

/** A partition for one month; those for months without one, which stay, are not among them. */
export interface LogMonth {
  table: (typeof LOG_TABLES)[number];
  /** Its first day, or `-infinity` for runs from before logs were divided: `run.month` of its runs. */
  month: string;
  partition: string;
}

/** The present month and those after it that have partitions, so that workers may stand still for weeks. */
const MONTHS_AHEAD = 2;

/** Of all processes: the number of their advisory lock. */
const MONTHS_LOCK = 7_305_003;

/**
 * Others that read or write logs wait for the same locks behind a statement that waits for them, and while it works.
 * The limits of both together are less than a second.
 */
const LIMITS = `set local lock_timeout = '400ms'; set local statement_timeout = '800ms'`;

/**
 * Makes partitions for the present month and the next ones. A month stays without one if rows of it are among those of
 * months without one. @throws Error when a lock was not to be had in time: to be tried again later
 */
export async function makeMonths(database: Database): Promise<void> {
  const { rows } = await database.pool.query<LogMonth & { until: string }>(`
    select "table", month::text, (month + interval '1 month')::date::text as until,
      "table" || to_char(month, '_YYYY_MM') as partition
    from unnest(array['${LOG_TABLES.join("', '")}']) as "table", generate_series(0, ${MONTHS_AHEAD}) as ahead,
      lateral (select (date_trunc('month', now() at time zone 'utc') + ahead * interval '1 month')::date) as coming(month)`);
  const present = new Set((await listMonths(database)).map(({ partition }) => partition));
  for (const coming of rows.filter(({ partition }) => !present.has(partition))) {
    await transaction(database, (client) => makeMonth(client, coming));
  }
}

async function makeMonth(
  client: PoolClient,
  { table, month, until, partition }: LogMonth & { until: string },
): Promise<void> {
  await client.query(LIMITS);
  await client.query('select pg_advisory_xact_lock($1)', [MONTHS_LOCK]);
  const { rows } = await client.query<{ isFree: boolean }>(
    `select to_regclass($1) is null and not exists (
       select from ${table}_default where month >= $2::date and month < $3::date) as "isFree"`,
    [partition, month, until],
  );
  if (!rows[0]?.isFree) return;
  // Attached rather than made as a partition, which would lock the table against all readers.
  await client.query(`
    create table ${partition} (like ${table} including defaults, primary key (run_id, seq));
    alter table ${table} attach partition ${partition} for values from ('${month}') to ('${until}')`);
}

/** The months that have partitions, the oldest first. */
export async function listMonths(database: Database): Promise<LogMonth[]> {
  const { rows } = await database.pool.query<LogMonth>(
    `select * from (
       select inhparent::regclass::text as table, inhrelid::regclass::text as partition,
         substring(pg_get_expr(relpartbound, inhrelid) from '^FOR VALUES FROM \\(''([^'']+)''\\)') as month
       from pg_inherits join pg_class on pg_class.oid = inhrelid
       where inhparent = any($1::regclass[])
     ) as part where month is not null order by month::date, 1`,
    [LOG_TABLES],
  );
  return rows;
}
