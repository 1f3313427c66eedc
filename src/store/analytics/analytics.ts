import { type ProviderId, RUN_KINDS, type RunKind, type RunStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { type AddParameter, collectParameters } from '../database/statement.ts';
import { FINISHED } from '../entities/run-statuses.ts';

/** The runs to be counted. */
export interface AnalyticsScope {
  ownerId: string;
  /** null: in any session or none. */
  sessionId: string | null;
  /** Only runs in sessions with this label; null: with or without one. */
  userLabel: string | null;
  /** When they were created: from the first time up to but excluding the second, if any; null: any time. */
  window: { from: Date; to: Date | null } | null;
}

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

/** Milliseconds from start to end of runs that completed or failed; null: there are none. */
export interface RunDurations {
  finishedRuns: number;
  averageMs: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
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
 * Totals of runs, in one statement. Everything done for a run counts on the day of its creation, so that days
 * and models add up to the total. Parts of an execution are included in it and are not counted as runs of
 * their own.
 */
export async function readAnalytics(database: Database, scope: AnalyticsScope): Promise<Analytics> {
  const { rows } = await database.pool.query<Row>({ ...nameFor(scope), ...statementFor(scope) });
  const { totals, ...others } = rows[0]!;
  return { ...totals, ...others };
}

/**
 * Sessions are similar, and planning takes as long as executing, so their plan is cached. Periods of accounts
 * differ, and are planned for their values.
 */
function nameFor({ sessionId, userLabel, window }: AnalyticsScope): { name?: string } {
  const isSession = sessionId !== null && userLabel === null && window === null;
  return isSession ? { name: 'read-session-analytics' } : {};
}

type Row = Omit<Analytics, keyof CallTotals> & { totals: CallTotals };

/** SQL that sums rows of `used`: model calls, already aggregated by day and model. */
const CALL_TOTALS = `
  'modelCalls', coalesce(sum(calls), 0), 'failedModelCalls', coalesce(sum(failures), 0),
  'cost', coalesce(sum(cost), 0)::float8, 'costComplete', coalesce(bool_and(complete), true),
  'inputTokens', coalesce(sum(input_tokens), 0)::float8, 'outputTokens', coalesce(sum(output_tokens), 0)::float8`;

const NO_CALLS = `
  'modelCalls', 0, 'failedModelCalls', 0, 'cost', 0, 'costComplete', true, 'inputTokens', 0, 'outputTokens', 0`;

/**
 * Uses the index for each run: a plan that reads the calls of all accounts is estimated to cost little more,
 * and grows with them.
 */
const CALLS_OF_MEMBER = '(select * from model_call where run_id = member.id offset 0)';

function statementFor(scope: AnalyticsScope): { text: string; values: unknown[] } {
  const { parameter, values } = collectParameters();
  const text = `
    with whole as materialized (${wholeRunsSql(scope, parameter)}
    ), member as (
      select id, date from whole
      union all select part.id, whole.date from whole join run as part on part.parent_id = whole.id
      where whole.kind = 'execution'
    ), used as materialized (
      select member.date, provider, model, count(*) as calls, count(*) filter (where status = 'failed') as failures,
        sum(cost) as cost, bool_and(cost is not null) as complete,
        sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens,
        sum(latency_ms) filter (where status = 'completed') as latency_ms,
        count(latency_ms) filter (where status = 'completed') as timed,
        sum(time_to_first_token_ms) filter (where status = 'completed') as first_token_ms,
        count(time_to_first_token_ms) filter (where status = 'completed') as begun
      from member cross join lateral ${CALLS_OF_MEMBER} as call group by member.date, provider, model
    ), ended as (${DURATIONS_SQL}
    ), scored as (
      select provider, model, avg(score) as average, count(*) as count
      from whole join orchestration_round as round on round.orchestration_id = whole.id
      where whole.kind = 'orchestration' and score is not null group by provider, model
    )
    select (select count(distinct session_id)::int from whole) as sessions, ${RUNS} as runs,
      (select json_build_object(${CALL_TOTALS}) from used) as totals, ${DURATIONS} as durations,
      ${OUTCOMES} as orchestrations, ${MODELS} as models, ${DAYS} as days`;
  return { text, values };
}

function wholeRunsSql({ ownerId, sessionId, userLabel, window }: AnalyticsScope, parameter: AddParameter) {
  const conditions = [
    `run.owner_id = ${parameter(ownerId, 'text')} and run.parent_id is null`,
    `run.kind = any(${parameter(RUN_KINDS, 'text[]')})`,
  ];
  if (sessionId !== null) conditions.push(`run.session_id = ${parameter(sessionId, 'text')}`);
  if (window) {
    conditions.push(`run.created_at >= ${parameter(window.from, 'timestamptz')}`);
    if (window.to) conditions.push(`run.created_at < ${parameter(window.to, 'timestamptz')}`);
  }
  if (userLabel !== null) {
    const ofOwner = `session.owner_id = ${parameter(ownerId, 'text')}`;
    const labelled = `session.user_label = ${parameter(userLabel, 'text')}`;
    conditions.push(`run.session_id in (select id from session where ${ofOwner} and ${labelled})`);
  }
  return `
      select run.id, run.kind, run.status, run.session_id, (run.created_at at time zone 'UTC')::date as date
      from run where ${conditions.join(' and ')}`;
}

const RUNS = `
  (select coalesce(json_agg(json_build_object('kind', kind, 'status', status, 'count', count)), '[]')
   from (select kind, status, count(*) from whole group by kind, status) as counted)`;

const DURATIONS_SQL = RUN_KINDS.map(
  (kind) => `
      select extract(epoch from work.completed_at - work.started_at)::float8 * 1000 as ms
      from whole join ${kind} as work on work.id = whole.id
      where whole.kind = '${kind}' and whole.status ${FINISHED}`,
).join(' union all');

const DURATIONS = `
  (select json_build_object('finishedRuns', count(ms), 'averageMs', avg(ms),
     'p50Ms', percentile_cont(0.5) within group (order by ms),
     'p95Ms', percentile_cont(0.95) within group (order by ms)) from ended)`;

const OUTCOMES = `
  (select json_build_object('completed', count(*), 'averageScore', avg((result ->> 'score')::float8),
     'bestScore', max((result ->> 'score')::float8), 'averageIterations', avg((result ->> 'iterations')::float8))
   from whole join orchestration on orchestration.id = whole.id
   where whole.kind = 'orchestration' and whole.status = 'completed')`;

const MODELS = `
  (select coalesce(json_agg(totals order by (totals ->> 'cost')::float8 desc, totals ->> 'provider', totals ->> 'model'), '[]')
   from (
     select json_build_object('provider', used.provider, 'model', used.model, ${CALL_TOTALS},
       'averageDurationMs', sum(latency_ms) / nullif(sum(timed), 0)::float8,
       'averageTimeToFirstTokenMs', sum(first_token_ms) / nullif(sum(begun), 0)::float8,
       'averageScore', min(scored.average), 'scoredAnswers', coalesce(min(scored.count), 0)) as totals
     from used left join scored on scored.provider = used.provider and scored.model = used.model
     group by used.provider, used.model
   ) as each_model)`;

const DAYS = `
  (select coalesce(json_agg((coalesce(spent.totals, jsonb_build_object(${NO_CALLS})) || jsonb_build_object(
     'date', made.date, 'runs', made.runs, 'completedRuns', made.completed, 'failedRuns', made.failed))
     order by made.date), '[]')
   from (
     select date, count(*) as runs, count(*) filter (where status = 'completed') as completed,
       count(*) filter (where status = 'failed') as failed from whole group by date
   ) as made left join (
     select date, jsonb_build_object(${CALL_TOTALS}) as totals from used group by date
   ) as spent on spent.date = made.date)`;
