import type { ProviderId, RunKind, RunStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { type AddParameter, collectParameters } from '../database/statement.ts';
import { countedSql } from './counted.ts';
import { type DurationBucket, durationsOf, type RunDurations } from './durations.ts';
import type { AnalyticsScope } from './scope.ts';

/** Totals of model calls. Token counts and the cost, in US dollars, are sums of known values. */
export interface CallTotals {
  modelCalls: number;
  failedModelCalls: number;
  cost: number;
  costComplete: boolean;
  inputTokens: number;
  outputTokens: number;
}

export interface ModelUse extends CallTotals {
  provider: ProviderId;
  model: string;
  /** Average milliseconds of completed calls; null: there are none. */
  averageDurationMs: number | null;
  averageTimeToFirstTokenMs: number | null;
  /** Average score of its answers in orchestrations; null: none was evaluated. */
  averageScore: number | null;
  scoredAnswers: number;
}

export interface DayUse extends CallTotals {
  /** In UTC: `2026-11-21`. */
  date: string;
  runs: number;
  completedRuns: number;
  failedRuns: number;
}

/** Of completed orchestrations; null: there are none, or none has a score. */
export interface OrchestrationOutcomes {
  completed: number;
  averageScore: number | null;
  bestScore: number | null;
  averageIterations: number | null;
}

export interface Analytics extends CallTotals {
  /** Number of sessions that contain the runs. */
  sessions: number;
  /** Combinations that occur. */
  runs: { kind: RunKind; status: RunStatus; count: number }[];
  durations: RunDurations;
  orchestrations: OrchestrationOutcomes;
  /** Most expensive first. */
  models: ModelUse[];
  /** In order; days without runs are omitted. */
  days: DayUse[];
}

/**
 * Totals of runs, in one statement that reads counters and pending changes. Everything done for a run counts on the day
 * of its creation, so that days and models add up to the total. Parts of an execution are included in it and are not
 * counted as runs of their own.
 */
export async function readAnalytics(database: Database, scope: AnalyticsScope): Promise<Analytics> {
  const { rows } = await database.pool.query<Row>({ ...nameFor(scope), ...statementFor(scope) });
  const { totals, durations, ...others } = rows[0]!;
  return { ...totals, ...others, durations: durationsOf(durations) };
}

/**
 * Sessions are similar, and planning takes as long as executing, so their plan is cached. Periods of accounts
 * differ, and are planned for their values.
 */
function nameFor({ sessionId, userLabel, window }: AnalyticsScope): { name?: string } {
  const isSession = sessionId !== null && userLabel === null && window === null;
  return isSession ? { name: 'read-session-analytics' } : {};
}

type Row = Omit<Analytics, keyof CallTotals | 'durations'> & {
  totals: CallTotals;
  durations: DurationBucket[];
};

/** SQL that sums rows of calls. */
const CALL_TOTALS = `
  'modelCalls', coalesce(sum(count), 0), 'failedModelCalls', coalesce(sum(failed), 0),
  'cost', coalesce(sum(cost), 0)::float8, 'costComplete', coalesce(sum(unpriced), 0) = 0,
  'inputTokens', coalesce(sum(input_tokens), 0)::float8, 'outputTokens', coalesce(sum(output_tokens), 0)::float8`;

function statementFor(scope: AnalyticsScope): { text: string; values: unknown[] } {
  const { parameter, values } = collectParameters();
  const text = `
    with ${countedSql(scope, parameter)}, total as (
      select * from counted where grain <> '${scope.window ? 'none' : 'day'}'
    ), daily as (
      select * from counted where grain <> 'all'
    ), used as materialized (
      select * from total where subject = 'call'
    )
    select ${sessionsSql(scope, parameter)} as sessions, ${RUNS} as runs,
      (select json_build_object(${CALL_TOTALS}) from used) as totals, ${DURATIONS} as durations,
      ${OUTCOMES} as orchestrations, ${MODELS} as models, ${DAYS} as days`;
  return { text, values };
}

/** Reads an entry of an index for each session, instead of the runs in them. */
function sessionsSql({ ownerId, sessionId, userLabel, window }: AnalyticsScope, parameter: AddParameter) {
  const conditions = [`session.owner_id = ${parameter(ownerId, 'text')}`];
  if (sessionId !== null) conditions.push(`session.id = ${parameter(sessionId, 'text')}`);
  if (userLabel !== null) conditions.push(`session.user_label = ${parameter(userLabel, 'text')}`);
  const inWindow = [
    ...(window ? [`run.created_at >= ${parameter(window.from, 'timestamptz')}`] : []),
    ...(window?.to ? [`run.created_at < ${parameter(window.to, 'timestamptz')}`] : []),
  ];
  return `
      (select count(*)::int from session where ${conditions.join(' and ')} and exists (
        select from run where ${['run.session_id = session.id', ...inWindow].join(' and ')} offset 0))`;
}

const RUNS = `
  (select coalesce(json_agg(json_build_object('kind', name, 'status', detail, 'count', count)), '[]')
   from (
     select name, detail, sum(count) as count from total where subject = 'run' group by name, detail having sum(count) <> 0
   ) as counted)`;

const DURATIONS = `
  (select coalesce(json_agg(json_build_object('count', count, 'ms', ms) order by bucket), '[]') from (
     select bucket, sum(count) as count, sum(duration_ms) as ms from total where subject = 'time'
     group by bucket having sum(count) <> 0
   ) as each_bucket)`;

const OUTCOMES = `
  (select json_build_object('completed', coalesce(sum(count), 0),
     'averageScore', sum(score) filter (where bucket >= 0) / nullif(sum(count) filter (where bucket >= 0), 0),
     'bestScore', (array_agg(score / count order by bucket desc) filter (where bucket >= 0))[1],
     'averageIterations', sum(iterations) / nullif(sum(count), 0)::float8)
   from (
     select bucket, sum(count) as count, sum(score) as score, sum(iterations) as iterations
     from total where subject = 'outcome' group by bucket having sum(count) <> 0
   ) as each_score)`;

const MODELS = `
  (select coalesce(json_agg(totals order by (totals ->> 'cost')::float8 desc, totals ->> 'provider', totals ->> 'model'), '[]')
   from (
     select json_build_object('provider', used.name, 'model', used.detail, ${CALL_TOTALS},
       'averageDurationMs', sum(duration_ms) / nullif(sum(timed), 0)::float8,
       'averageTimeToFirstTokenMs', sum(first_token_ms) / nullif(sum(begun), 0)::float8,
       'averageScore', min(scored.average), 'scoredAnswers', coalesce(min(scored.answers), 0)) as totals
     from used left join (
       select name, detail, sum(score) / sum(count)::float8 as average, sum(count) as answers
       from total where subject = 'answer' group by name, detail having sum(count) <> 0
     ) as scored on scored.name = used.name and scored.detail = used.detail
     group by used.name, used.detail having sum(count) <> 0
   ) as each_model)`;

const DAYS = `
  (select coalesce(json_agg(totals order by totals ->> 'date'), '[]')
   from (
     select json_build_object('date', (at at time zone 'UTC')::date, 'runs', sum(runs), 'completedRuns', sum(completed),
       'failedRuns', sum(failed_runs), ${CALL_TOTALS}) as totals
     from (
       select date_trunc('day', at, 'UTC') as at, case subject when 'run' then count else 0 end as runs,
         case when subject = 'run' and detail = 'completed' then count else 0 end as completed,
         case when subject = 'run' and detail = 'failed' then count else 0 end as failed_runs,
         case subject when 'call' then count else 0 end as count, failed, unpriced, cost, input_tokens, output_tokens
       from daily where subject in ('run', 'call')
     ) as each_row
     group by at having sum(runs) <> 0
   ) as each_day)`;
