import type { ClientBase } from 'pg';
import type { Database } from '../../database/database.ts';
import { transaction } from '../../database/transaction.ts';
import { expiredBefore } from './expired.ts';

/** The tables that are divided by the month in which the run was created, by what is kept for how long. */
const DIVIDED = { text: 'run_text', events: 'run_event' } as const;
export type DividedSubject = keyof typeof DIVIDED;

/** How long others may wait behind the lock of the whole table, which dropping a part of it needs for a moment. */
const LOCK_MS = 500;
/** A month that takes longer to look through is looked at again in an hour; batches will have deleted most of it. */
const LOOK_MS = 60_000;
const GIVEN_UP = new Set(['55P03', '57014', '40P01']);

/**
 * Drops the parts of a table for months that are over, if all runs that have rows in them have ended and expired: unlike
 * deleting the rows, this gives the disk back at once. Rows of runs that are continued afterwards are in the default part.
 * @returns the names of the parts that were dropped
 */
export async function dropExpiredMonths(
  database: Database,
  subject: DividedSubject,
  days: number | null,
  signal: AbortSignal,
): Promise<string[]> {
  const dropped: string[] = [];
  for (const part of await readPastMonths(database, DIVIDED[subject])) {
    if (signal.aborted) break;
    const isDropped = await transaction(database, (client) => dropMonth(client, subject, part, days)).catch(
      (error: { code?: string }) => {
        if (GIVEN_UP.has(error.code ?? '')) return false;
        throw error;
      },
    );
    if (isDropped) dropped.push(part);
  }
  return dropped;
}

async function readPastMonths({ pool }: Database, table: string): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>({
    name: 'read-past-months',
    text: `
      select part.relname as name from pg_inherits join pg_class as part on part.oid = inhrelid
      where inhparent = $1::regclass and part.relname ~ ($1 || '_[0-9]{4}_[0-9]{2}$')
        and right(part.relname, 7) < to_char(now() at time zone 'utc', 'YYYY_MM')
      order by part.relname`,
    values: [table],
  });
  return rows.map(({ name }) => name);
}

/** Under a lock that only writes to this month wait for. The name is one that Postgres has listed. */
async function dropMonth(
  client: ClientBase,
  subject: DividedSubject,
  part: string,
  days: number | null,
): Promise<boolean> {
  await client.query(`set local lock_timeout = ${LOCK_MS}`);
  await client.query(`set local statement_timeout = ${LOOK_MS}`);
  await client.query(`lock table ${part} in share mode`);
  const { rows } = await client.query<{ isNeeded: boolean }>(neededSql(part), [subject, days]);
  if (rows[0]!.isNeeded) return false;
  await client.query(`drop table ${part}`);
  return true;
}

/**
 * SQL: whether a run with rows in the partition must be kept. It checks ids in descending order, because ids begin with
 * their time: unless all runs have expired, it finds one at once. It reads one row of each run, by index.
 */
function neededSql(part: string): string {
  const isKept = (run: string) =>
    `${run}.ended_at is null or ${run}.ended_at >= ${expiredBefore('$2::integer', 'own')}`;
  return `
    with recursive present(id) as (
      (select run_id from ${part} order by run_id desc limit 1)
      union all
      select (select run_id from ${part} where run_id < present.id order by run_id desc limit 1)
      from present where present.id is not null
    )
    select exists (
      select from present join run on run.id = present.id left join run as whole on whole.id = run.parent_id
      left join retention as own on own.owner_id = run.owner_id and own.subject = $1
      where coalesce(own.days, $2::integer) is null or ${isKept('run')} or (whole.id is not null and (${isKept('whole')}))
    ) as "isNeeded"`;
}
