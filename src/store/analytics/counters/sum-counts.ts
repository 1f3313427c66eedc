import type { Database } from '../../database/database.ts';

/** Whose runs: of a session, or of the whole account. */
export type Scope = { sessionId: string | null };

export const OF_ACCOUNT: Scope = { sessionId: null };

/** What is counted, see `Counter`; null: any detail. */
interface Counted {
  subject: 'run' | 'type';
  names: readonly string[];
  details: readonly string[] | null;
}

/** The number of an account's runs, from counters and pending changes. */
export async function sumCounts(
  { pool }: Database,
  ownerId: string,
  { sessionId }: Scope,
  { subject, names, details }: Counted,
): Promise<number> {
  const { rows } = await pool.query<{ count: number }>({
    name: 'sum-counts',
    text: `
      select coalesce(sum(count), 0)::float8 as count from (
        select name, detail, count from counter
        where owner_id = $1 and scope = coalesce('s:' || $2, '') and grain = 'all' and at = to_timestamp(0) and subject = $3
        union all select name, detail, count from counter_change
        where owner_id = $1 and ($2::text is null or session_id = $2) and subject = $3
      ) as counted
      where name = any($4::text[]) and ($5::text[] is null or detail = any($5))`,
    values: [ownerId, sessionId, subject, names, details],
  });
  return rows[0]!.count;
}

/** The numbers of an account's runs of a kind in each of some sessions. @param details statuses; null: any */
export async function sumSessionCounts(
  { pool }: Database,
  ownerId: string,
  sessionIds: readonly string[],
  { name, details }: { name: string; details: readonly string[] | null },
): Promise<{ parentId: string; count: number }[]> {
  const counted = `subject = 'run' and name = $3 and ($4::text[] is null or detail = any($4))`;
  const { rows } = await pool.query<{ parentId: string; count: number }>({
    name: 'sum-session-counts',
    text: `
      select session_id as "parentId", sum(count)::float8 as count from (
        select wanted.id as session_id, kept.count from (select distinct unnest($2::text[]) as id) as wanted
          cross join lateral (
            select count from counter where owner_id = $1 and scope = 's:' || wanted.id and grain = 'all'
              and at = to_timestamp(0) and ${counted} offset 0
          ) as kept
        union all select session_id, count from counter_change
        where owner_id = $1 and session_id = any($2) and ${counted}
      ) as counted group by session_id`,
    values: [ownerId, sessionIds, name, details],
  });
  return rows;
}
