import { IS_NOTHING, SUM_LIST, SUMS } from './sums.ts';

const HOURS_AND_DAYS = ['hour', 'day'] as const;
const OF_RUNS = ['run', 'call', 'outcome', 'answer'] as const;

/** Which totals of each subject are kept: of which scope, by what time. */
const KEPT: readonly (readonly [subject: string, scope: string, grain: string])[] = [
  ...OF_RUNS.flatMap((subject) =>
    ['account', 'label'].flatMap((scope) => HOURS_AND_DAYS.map((grain) => [subject, scope, grain] as const)),
  ),
  // A histogram of a day may have as many buckets as a year has.
  ...['account', 'label'].flatMap((scope) =>
    [...HOURS_AND_DAYS, 'month'].map((grain) => ['time', scope, grain] as const),
  ),
  ...[...OF_RUNS, 'time'].map((subject) => [subject, 'session', 'all'] as const),
  // Sessions are many, and most are short: of their days, only statuses and the total of calls.
  ['run', 'session', 'day'],
  ['call', 'session', 'day'],
  ['run', 'account', 'all'],
  ['type', 'account', 'all'],
  ['run', 'installation', 'all'],
];

const KEPT_SQL = KEPT.map((row) => `(${row.map((word) => `'${word}'`).join(', ')})`).join(', ');

export const COUNTER_KEY = 'owner_id, scope, grain, at, subject, name, detail, bucket';

const isSessionDay = `(kept.scope = 'session' and kept.grain = 'day')`;

/** SQL of changes with the durations of runs as a subject of their own. @param changes SQL of a table or a query */
export function separateTimesSql(changes: string): string {
  const others = `owner_id, session_id, user_label, at`;
  const sums = (own: readonly string[]) => SUMS.map((sum) => (own.includes(sum) ? sum : `0 as ${sum}`));
  return `
    select ${others}, subject, name, detail, case subject when 'run' then -1 else bucket end as bucket,
      ${SUMS.map((sum) => (sum === 'duration_ms' ? `case subject when 'run' then 0 else ${sum} end as ${sum}` : sum)).join(', ')}
    from ${changes}
    union all select ${others}, 'time', '', '', bucket, ${sums(['count', 'duration_ms']).join(', ')}
    from ${changes} where subject = 'run' and bucket >= 0`;
}

const FACTS = 'owner_id, session_id, user_label, at, subject, name, detail, bucket';

const equalSql = (changes: string) => `
    select ${FACTS}, ${SUMS.map((sum) => `coalesce(sum(${sum}), 0) as ${sum}`).join(', ')} from ${changes} group by ${FACTS}`;

/**
 * SQL of the totals that changes add up to, in the columns of `counter`, with times. Equal ones are added up first, before
 * there is one for each scope and grain.
 * @param changes the name of a table
 */
export function totalsSql(changes: string): string {
  return `
    select case kept.scope when 'installation' then '' else owner_id end as owner_id,
      case kept.scope when 'session' then 's:' || session_id when 'label' then 'l:' || user_label else '' end as scope,
      kept.grain,
      case kept.grain when 'hour' then at when 'all' then to_timestamp(0) else date_trunc(kept.grain, at, 'UTC') end as at,
      subject, case when ${isSessionDay} then '' else name end as name,
      case when ${isSessionDay} and subject = 'call' then '' else detail end as detail, bucket,
      ${SUMS.map((sum) => `sum(${sum}) as ${sum}`).join(', ')}
    from (
      with equal as materialized (${equalSql(changes)}) ${separateTimesSql('equal')}
    ) as changed
    join (values ${KEPT_SQL}) as kept(of_subject, scope, grain) on kept.of_subject = changed.subject
    where (kept.scope <> 'session' or session_id is not null) and (kept.scope <> 'label' or user_label is not null)
    group by 1, 2, 3, 4, 5, 6, 7, 8
    having not (${IS_NOTHING})`;
}

/** SQL that adds totals to `counter`. Concurrent statements lock its rows in the same order. */
export function addTotalsSql(totals: string): string {
  return `
    insert into counter (${COUNTER_KEY}, ${SUM_LIST})
    select ${COUNTER_KEY}, ${SUM_LIST} from ${totals} where subject <> 'time' order by ${COUNTER_KEY}
    on conflict (${COUNTER_KEY}) do update set
      ${SUMS.map((sum) => `${sum} = counter.${sum} + excluded.${sum}`).join(', ')}`;
}

const HISTOGRAM_KEY = 'owner_id, scope, grain, at';
const HISTOGRAM = 'buckets, counts, micros';
const PACKED =
  'array_agg(bucket order by bucket), array_agg(count order by bucket), array_agg(micros order by bucket)';

const unpackedSql = (row: string) => `unnest(${row}.buckets, ${row}.counts, ${row}.micros)`;

/** The same for the times among them, and `counter_histogram`. */
export function addTimesSql(totals: string): string {
  return `
    insert into counter_histogram as histogram (${HISTOGRAM_KEY}, ${HISTOGRAM})
    select ${HISTOGRAM_KEY}, ${PACKED} from (
      select *, (duration_ms * 1000)::bigint as micros from ${totals} where subject = 'time'
    ) as total group by ${HISTOGRAM_KEY} order by ${HISTOGRAM_KEY}
    on conflict (${HISTOGRAM_KEY}) do update set (${HISTOGRAM}) = (
      select coalesce(array_agg(bucket order by bucket), '{}'), coalesce(array_agg(count order by bucket), '{}'),
        coalesce(array_agg(micros order by bucket), '{}')
      from (
        select bucket, sum(count)::bigint as count, sum(micros)::bigint as micros from (
          select * from ${unpackedSql('histogram')} union all select * from ${unpackedSql('excluded')}
        ) as part(bucket, count, micros)
        group by bucket having sum(count) <> 0 or sum(micros) <> 0
      ) as merged)`;
}

/** SQL of rows of `counter_histogram`, as rows of `counter`. @param columns with `histogram` and `time` as tables */
export function timesSql(columns: string, condition: string): string {
  return `
    select ${columns} from counter_histogram as histogram cross join lateral (
      select bucket, count, micros / 1000.0 as duration_ms from ${unpackedSql('histogram')} as part(bucket, count, micros)
    ) as time where ${condition}`;
}
