import type { ClientBase } from 'pg';
import type { Database } from '../../database/database.ts';
import { transaction } from '../../database/transaction.ts';
import { expiredBefore } from './expired.ts';

/** The tables that are divided by the month in which the run was created, by what is kept for how long. */
const DIVIDED = { text: 'run_text', events: 'run_event' } as const;
export type DividedSubject = keyof typeof DIVIDED;

/** Of all processes: the number of the advisory lock of the one that drops a month. */
const DROP_LOCK = 7_305_005;
/** How long others may wait behind the lock of the whole table, which dropping a part of it needs for a moment. */
const LOCK_MS = 500;
/** A month that takes longer to look through is looked at again in an hour; batches will have deleted most of it. */
const LOOK_MS = 60_000;
/** The same, while writes to the month wait. */
const LOOK_AGAIN_MS = 1_000;
/** Codes of Postgres for a lock or a look that took too long, and for a deadlock. */
const TOO_LONG = new Set(['55P03', '57014', '40P01']);

/**
 * Drops the parts of a table for months that are over, if all runs that have rows in them have ended and expired: unlike
 * deleting the rows, this gives the disk back at once. Rows of runs that are continued afterwards are in the default part.
 * The text of a month goes with its events.
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
    const parts = await transaction(database, (client) => dropMonth(client, subject, part, days)).catch(
      (error: { code?: string }) => {
        if (TOO_LONG.has(error.code ?? '')) return [];
        throw error;
      },
    );
    dropped.push(...parts);
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

/**
 * Under a lock that only writes to this month wait for, and only if it is not needed. One process at a time: two that had
 * it would wait for each other. The name is one that Postgres has listed.
 * @returns the names of what was dropped
 */
async function dropMonth(
  client: ClientBase,
  subject: DividedSubject,
  part: string,
  days: number | null,
): Promise<string[]> {
  const { rows } = await client.query<{ isMine: boolean }>(
    'select pg_try_advisory_xact_lock($1) as "isMine"',
    [DROP_LOCK],
  );
  if (!rows[0]!.isMine) return [];
  const parts = await readPresent(client, subject, part);
  if (parts.length === 0) return [];
  const isNeeded = async () => {
    for (const each of parts) {
      const found = await client.query<{ isNeeded: boolean }>(neededSql(each), [subject, days]);
      if (found.rows[0]!.isNeeded) return true;
    }
    return false;
  };
  await client.query(`set local statement_timeout = ${LOOK_MS}`);
  if (await isNeeded()) return [];
  await client.query(`set local lock_timeout = ${LOCK_MS}`);
  await client.query(`set local statement_timeout = ${LOOK_AGAIN_MS}`);
  await client.query(`lock table ${parts.join(', ')} in share mode`);
  if (await isNeeded()) return [];
  await client.query(`drop table ${parts.join(', ')}`);
  return parts;
}

/** The month, of events with the same one of text, unless another process has dropped it meanwhile. */
async function readPresent(client: ClientBase, subject: DividedSubject, part: string): Promise<string[]> {
  const wanted = subject === 'events' ? [part, part.replace(DIVIDED.events, DIVIDED.text)] : [part];
  const { rows } = await client.query<{ name: string }>(
    'select name from unnest($1::text[]) as name where to_regclass(name) is not null order by name',
    [wanted],
  );
  return rows.map(({ name }) => name);
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
