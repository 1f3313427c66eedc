import type { Retained } from '../../../vocabulary.ts';
import type { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { Queryable } from '../../database/tables.ts';
import { transaction } from '../../database/transaction.ts';
import { expiredBefore } from './expired.ts';
import { nextExpiredSql } from './find-expired.ts';

/** Runs that one transaction looks at: others may wait for their locks. */
const RUNS_AT_ONCE = 50;

const GENERATED = `type in ('TokensGenerated', 'ReasoningGenerated')`;

/** What is deleted of runs that stay: SQL that deletes it of the runs in `$1`, with the bytes that it frees of each. */
const REMOVED = {
  // Runs from before text had a table have it in their logs, which have no month.
  text: removedText(`month = '-infinity' and ${GENERATED}`),
  events: removedText('true'),
  artifacts: `
    removed as (
      delete from artifact where run_id = any($1::text[]) returning run_id, size
    ), freed as (
      select run_id as id, sum(size) as bytes from removed group by run_id
    )`,
  idempotencyKeys: `
    removed as (
      delete from idempotency_key where run_id = any($1::text[]) returning run_id
    ), freed as (select null::text as id, 0 as bytes where false)`,
} satisfies Partial<Record<Retained, string>>;

/** The subjects of which runs lose something while they stay. */
export type LostByRuns = keyof typeof REMOVED;

/**
 * Of the runs' months in `$2`, which are values so that no others are locked. The column with a run's bytes of text is
 * right for a log that was dropped with its month; for one that a server of the version before wrote, what is deleted is.
 * @param events SQL of which rows of `run_event` go
 */
function removedText(events: string): string {
  const here = 'month = any($2::date[]) and run_id = any($1::text[])';
  return `
    removed_text as (
      delete from run_text where ${here}
      returning run_id, octet_length(call_id) * coalesce(cardinality(ends), 1) + octet_length(text) as bytes
    ), removed_events as (
      delete from run_event where ${here} and ${events}
      returning run_id, case when ${GENERATED} then octet_length(data::text) else 0 end as bytes
    ), removed as (
      select * from removed_text union all select * from removed_events
    ), measured as (
      select run_id, sum(bytes) as bytes from removed group by run_id
    ), freed as (
      select id, greatest(text_bytes, measured.bytes, 0) as bytes
      from run left join measured on measured.run_id = id
      where id = any($1::text[]) and (text_bytes is distinct from 0 or measured.bytes > 0)
    )`;
}

/**
 * The account's row of `retention`, which workers take turns with, and the next runs that have expired, with their parts,
 * under their locks, unless they have been continued meanwhile. Parts are those of runs that were locked: an execution
 * that was continued needs what its parts have.
 */
const lockNext = statement(
  'lock-next-expired',
  { ownerId: 'text', subject: 'text', days: 'integer' },
  ($) => `
    with own as materialized (
      select * from retention where owner_id = ${$.ownerId} and subject = ${$.subject} for update skip locked
    ), next as materialized (
      ${nextExpiredSql({ days: $.days, ownerId: $.ownerId, own: 'own', limit: RUNS_AT_ONCE })}
    ), whole as materialized (
      select run.id, run.month from next join run on run.id = next.id cross join own
      where run.ended_at < ${expiredBefore($.days, 'own')} order by run.id for update of run
    ), part as materialized (
      select run.id, run.month from run cross join own
      where run.parent_id = any(array(select id from whole)) and run.ended_at < ${expiredBefore($.days, 'own')}
      order by run.id for update of run
    ), moved as (
      update retention set ended_at = last.ended, run_id = last.id
      from (select ended, id from next order by ended desc, id desc limit 1) as last
      where owner_id = ${$.ownerId} and subject = ${$.subject}
    ), locked as (
      select * from whole union all select * from part
    )
    select (select count(*) from next)::int as runs, array(select id from locked) as ids,
      array(select distinct month from locked)::text[] as months`,
);

interface Locked {
  /** Runs that were looked at. */
  runs: number;
  /** What is to be deleted from, parts included. */
  ids: string[];
  months: string[];
}

export async function lockNextExpired(
  client: Queryable,
  given: { ownerId: string; subject: LostByRuns; days: number | null },
): Promise<Locked> {
  const { rows } = await client.query<Locked>(lockNext(given));
  return rows[0]!;
}

/** @returns how many rows it deleted */
export async function removeFrom(
  client: Queryable,
  subject: LostByRuns,
  { ids, months }: Pick<Locked, 'ids' | 'months'>,
): Promise<number> {
  const isDivided = subject === 'text' || subject === 'events';
  const { rows } = await client.query<{ count: number }>({
    text: `
      with ${REMOVED[subject]}, lessened as (
        update run set bytes = run.bytes - freed.bytes, text_bytes = ${isDivided ? '0' : 'run.text_bytes'}
        from freed where run.id = freed.id
      )
      select count(*)::int as count from removed`,
    values: isDivided ? [ids, months] : [ids],
  });
  return rows[0]!.count;
}

export interface DeletedBatch {
  /** Runs that were looked at; 0: none is left, or another worker is at it. */
  runs: number;
  /** Rows that were deleted. */
  rows: number;
}

/** Deletes what some expired runs of an account lose, those that ended first. */
export function deleteExpired(
  database: Database,
  subject: LostByRuns,
  account: { ownerId: string; days: number | null },
): Promise<DeletedBatch> {
  return transaction(database, async (client) => {
    const { runs, ...locked } = await lockNextExpired(client, { ...account, subject });
    return { runs, rows: locked.ids.length === 0 ? 0 : await removeFrom(client, subject, locked) };
  });
}

/** Makes the row that workers take turns with. */
export async function beginRetention({ pool }: Database, ownerId: string, subject: Retained): Promise<void> {
  await pool.query({
    name: 'begin-retention',
    text: `insert into retention (owner_id, subject, begun_at) values ($1, $2, now()) on conflict do nothing`,
    values: [ownerId, subject],
  });
}
