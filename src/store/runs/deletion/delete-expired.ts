import type { Retained } from '../../../vocabulary.ts';
import type { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { expiredBefore } from './expired.ts';
import { expiredRunsSql } from './find-expired.ts';

/** Limits of one statement: the locks that it holds, and the time that others could wait for them. */
const RUNS_AT_ONCE = 50;
const EVENTS_AT_ONCE = 2_000;

/** What is deleted of runs that stay: SQL that deletes it of the runs in `expired`, with the bytes that it frees of each. */
const REMOVED = {
  // Runs from before text had a table have it in their logs, which have no month.
  text: removedText(`month = '-infinity' and type in ('TokensGenerated', 'ReasoningGenerated')`),
  events: removedText('true'),
  artifacts: `
    removed as (
      delete from artifact where run_id = any(array(select id from expired)) returning run_id, size
    ), freed as (
      select run_id as id, sum(size) as bytes from removed group by run_id
    )`,
  idempotencyKeys: `
    removed as (
      delete from idempotency_key where run_id = any(array(select id from expired)) returning run_id
    ), freed as (select null::text as id, 0 as bytes where false)`,
} satisfies Partial<Record<Retained, string>>;

/** The subjects of which runs lose something while they stay. */
export type LostByRuns = keyof typeof REMOVED;

/**
 * The bytes of text in the log are a column of the run, which is right for a log that was dropped with its month as well.
 * @param events SQL of which rows of `run_event` go
 */
function removedText(events: string): string {
  return `
    removed_text as (
      delete from run_text where run_id = any(array(select id from expired))
      returning run_id, octet_length(call_id) + octet_length(text) as bytes
    ), removed_events as (
      delete from run_event where run_id = any(array(select id from expired)) and ${events}
      returning run_id, case when type in ('TokensGenerated', 'ReasoningGenerated') then octet_length(data::text) else 0 end as bytes
    ), removed as (
      select * from removed_text union all select * from removed_events
    ), freed as (
      select id, coalesce(text_bytes, (select sum(bytes) from removed where run_id = expired.id), 0) as bytes
      from expired where text_bytes is distinct from 0
    )`;
}

/**
 * In one statement: the account's row of `retention`, which workers take turns with; the next runs that have expired, and
 * their parts, under their locks, unless they have been continued meanwhile; what they lose; and how far this was.
 */
const batch = (subject: LostByRuns) =>
  statement(
    `delete-expired-${subject}`,
    { ownerId: 'text', subject: 'text', days: 'integer' },
    ($) => `
      with own as materialized (
        select * from retention where owner_id = ${$.ownerId} and subject = ${$.subject} for update skip locked
      ), next as materialized (
        select next.*, coalesce(sum(last_seq) over (
          order by ended, next.id rows between unbounded preceding and 1 preceding), 0) as events_before
        from own cross join lateral (
          ${expiredRunsSql(', run.last_seq', { days: $.days, ownerId: $.ownerId, own: 'own', limit: RUNS_AT_ONCE })}
        ) as next
      ), whole as materialized (
        select id, ended from next where events_before < ${EVENTS_AT_ONCE}
      ), expired as materialized (
        select run.id, run.text_bytes from (
          select id, false as is_part from whole
          union all select id, true from run where parent_id = any(array(select id from whole))
        ) as member join run on run.id = member.id cross join own
        where run.ended_at < ${expiredBefore($.days, 'own')}
        order by member.is_part, run.id for update of run
      ), ${REMOVED[subject]}, lessened as (
        update run set bytes = run.bytes - freed.bytes,
          text_bytes = ${subject === 'artifacts' ? 'run.text_bytes' : '0'}
        from freed where run.id = freed.id
      ), moved as (
        update retention set ended_at = last.ended, run_id = last.id
        from (select ended, id from whole order by ended desc, id desc limit 1) as last
        where owner_id = ${$.ownerId} and subject = ${$.subject}
      )
      select (select count(*) from whole)::int as runs, (select count(*) from removed)::int as rows`,
  );
const BATCHES = {
  text: batch('text'),
  events: batch('events'),
  artifacts: batch('artifacts'),
  idempotencyKeys: batch('idempotencyKeys'),
} satisfies Record<LostByRuns, unknown>;

export interface DeletedBatch {
  /** Runs that were looked at; 0: none is left, or another worker is at it. */
  runs: number;
  /** Rows that were deleted. */
  rows: number;
}

/** Deletes what some expired runs of an account lose, those that ended first. */
export async function deleteExpired(
  { pool }: Database,
  subject: LostByRuns,
  { ownerId, days }: { ownerId: string; days: number | null },
): Promise<DeletedBatch> {
  const { rows } = await pool.query<DeletedBatch>(BATCHES[subject]({ ownerId, subject, days }));
  return rows[0]!;
}

/** Makes the row that workers take turns with. */
export async function beginRetention({ pool }: Database, ownerId: string, subject: Retained): Promise<void> {
  await pool.query({
    name: 'begin-retention',
    text: `insert into retention (owner_id, subject, begun_at) values ($1, $2, now()) on conflict do nothing`,
    values: [ownerId, subject],
  });
}
