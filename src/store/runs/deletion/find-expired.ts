import { type Retained, RUN_KINDS } from '../../../vocabulary.ts';
import type { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { END_ORDER } from '../../entities/run.ts';
import { expiredBefore } from './expired.ts';

const KINDS = `unnest(array[${RUN_KINDS.map((kind) => `'${kind}'`).join(', ')}])`;

/**
 * SQL of an account's runs that are no parts of others, that have expired and that come after the last one that was looked
 * at, in the order of their ends. Read from the index in which an account's runs are listed by their ends, so that what
 * was looked at before, and what has not expired, costs nothing.
 * @param columns SQL of columns of `run`, after `id` and `ended`. @param days SQL of the installation's days
 * @param ownerId SQL of the account's id. @param own the name of its row of `retention`
 */
export function expiredRunsSql(
  columns: string,
  { days, ownerId, own, limit }: { days: string; ownerId: string; own: string; limit: number },
): string {
  return `
    select whole.* from ${KINDS} as of_kind(kind) cross join lateral (
      select run.id, ${END_ORDER} as ended${columns} from run
      where run.owner_id = ${ownerId} and run.kind = of_kind.kind and run.parent_id is null
        and (${END_ORDER}, run.id) > (coalesce(${own}.ended_at, '-infinity'), coalesce(${own}.run_id, ''))
        and ${END_ORDER} < ${expiredBefore(days, own)}
      order by ${END_ORDER}, run.id limit ${limit}
    ) as whole order by whole.ended, whole.id limit ${limit}`;
}

/** Events of runs and their parts that one transaction deletes, unless a single run has more. */
const EVENTS_AT_ONCE = 2_000;

/** SQL of the first of those runs whose logs, with those of their parts, are deleted at once: `id` and `ended`. */
export function nextExpiredSql(given: { days: string; ownerId: string; own: string; limit: number }): string {
  return `
    select id, ended from (
      select next.id, next.ended, coalesce(sum(next.last_seq + part.events) over (
        order by next.ended, next.id rows between unbounded preceding and 1 preceding), 0) as events_before
      from ${given.own} cross join lateral (${expiredRunsSql(', run.last_seq', given)}) as next
      cross join lateral (
        select coalesce(sum(last_seq), 0) as events from run where parent_id = next.id
      ) as part
    ) as weighed where events_before < ${EVENTS_AT_ONCE}`;
}

/** Accounts that one statement looks at. */
export const ACCOUNTS_AT_ONCE = 500;

// The limit, which excludes nothing, keeps the planner from reading the whole table of all accounts.
const accounts = statement(
  'accounts-with-expired-runs',
  { subject: 'text', days: 'integer', after: 'text' },
  ($) => `
    select account.id, extract(epoch from ${expiredBefore($.days, 'own')} - first.ended)::float8 as "overdueSeconds"
    from (select id from app_user where id > ${$.after} order by id limit ${ACCOUNTS_AT_ONCE}) as account
    left join lateral (
      select * from retention where owner_id = account.id and subject = ${$.subject} limit 1
    ) as own on true
    left join lateral (
      ${expiredRunsSql('', { days: $.days, ownerId: 'account.id', own: 'own', limit: 1 })}
    ) as first on true
    order by account.id`,
);

interface Account {
  id: string;
  /** Seconds since the first of its runs that was not looked at yet has expired; null: there is none. */
  overdueSeconds: number | null;
}

/** Some accounts after one, by id. */
export async function readAccountsAfter(
  { pool }: Database,
  wanted: { subject: Retained; days: number | null; after: string },
): Promise<Account[]> {
  const { rows } = await pool.query<Account>(accounts(wanted));
  return rows;
}
