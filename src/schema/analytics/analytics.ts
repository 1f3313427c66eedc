import {
  type AnalyticsReport,
  sessionAnalytics,
  userAnalytics,
} from '../../resolvers/analytics/analytics.ts';
import type { CallTotals, DayUse, ModelUse, OrchestrationOutcomes } from '../../store/analytics/analytics.ts';
import type { RunDurations } from '../../store/analytics/durations.ts';
import { RUN_KINDS, RUN_STATUSES, type RunKind, type RunStatus } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { RunKindEnum, RunStatusEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { ProviderEnum } from '../builder/model-enums.ts';

/** Each aggregates up to thousands of counters; a document may select only a few. */
const ANALYTICS_COST = { field: 1_500, multiplier: 1 };

const StatusCountType = builder.objectRef<{ status: RunStatus; count: number }>('StatusCount').implement({
  description: 'Number of runs with a status.',
  fields: (t) => ({
    status: t.expose('status', { type: RunStatusEnum, description: 'The status.' }),
    count: t.exposeInt('count', { description: 'Number of runs with it, possibly 0.' }),
  }),
});

const KindCountsType = builder
  .objectRef<{ kind: RunKind; counted: AnalyticsReport['runs'] }>('KindCounts')
  .implement({
    description: 'Number of runs of a kind.',
    fields: (t) => ({
      kind: t.expose('kind', { type: RunKindEnum, description: 'The kind of run.' }),
      total: t.int({
        description: 'Number of all runs of the kind.',
        resolve: ({ counted }) => counted.reduce((sum, { count }) => sum + count, 0),
      }),
      statuses: t.field({
        type: [StatusCountType],
        description: 'Number of runs by status; every status is listed.',
        resolve: ({ counted }) =>
          RUN_STATUSES.map((status) => ({
            status,
            count: counted.find((one) => one.status === status)?.count ?? 0,
          })),
      }),
    }),
  });

const CallTotalsType = builder.interfaceRef<CallTotals>('CallTotals').implement({
  description: 'Totals of model calls.',
  // Sums outgrow GraphQL's Int of 32 bits.
  fields: (t) => ({
    modelCalls: t.exposeInt('modelCalls', { description: 'Number of calls.' }),
    failedModelCalls: t.exposeInt('failedModelCalls', { description: 'Number of failed calls.' }),
    cost: t.exposeFloat('cost', { description: 'US dollars: the sum over all calls with a known cost.' }),
    costComplete: t.exposeBoolean('costComplete', {
      description: 'Whether the cost of every call is known and included in `cost`.',
    }),
    inputTokens: t.exposeFloat('inputTokens', {
      description: 'Tokens sent, as far as providers reported them.',
    }),
    outputTokens: t.exposeFloat('outputTokens', {
      description: 'Tokens generated, as far as providers reported them.',
    }),
  }),
});

const ModelUseType = builder.objectRef<ModelUse>('ModelUse').implement({
  description: 'Use of a model.',
  interfaces: [CallTotalsType],
  fields: (t) => ({
    provider: t.field({
      type: ProviderEnum,
      description: 'Its provider.',
      resolve: ({ provider }) => provider,
    }),
    model: t.exposeString('model', { description: "The model's id." }),
    averageDurationMs: t.exposeFloat('averageDurationMs', {
      nullable: true,
      description: 'Average milliseconds per answer; null: it gave none.',
    }),
    averageTimeToFirstTokenMs: t.exposeFloat('averageTimeToFirstTokenMs', {
      nullable: true,
      description: 'Average milliseconds until an answer began; null: none did.',
    }),
    averageScore: t.exposeFloat('averageScore', {
      nullable: true,
      description:
        'Average score of its answers in evaluated orchestration rounds, 0 to 10; null: none was evaluated.',
    }),
    scoredAnswers: t.exposeInt('scoredAnswers', { description: 'Number of scored answers.' }),
  }),
});

const DayUseType = builder.objectRef<DayUse>('DayUse').implement({
  description: 'Totals of the runs created on one day.',
  interfaces: [CallTotalsType],
  fields: (t) => ({
    date: t.exposeString('date', { description: 'The day in UTC, such as `2026-11-21`.' }),
    runs: t.exposeInt('runs', { description: 'Number of runs created.' }),
    completedRuns: t.exposeInt('completedRuns', {
      description: 'Number of them that have completed so far.',
    }),
    failedRuns: t.exposeInt('failedRuns', { description: 'Number of them that have failed.' }),
  }),
});

const RunDurationsType = builder.objectRef<RunDurations>('RunDurations').implement({
  description:
    'Durations of runs that completed or failed, from start to end. The average is exact; for percentiles, durations within 5 % of each other count as their average.',
  fields: (t) => ({
    finishedRuns: t.exposeInt('finishedRuns', { description: 'Number of such runs.' }),
    averageMs: t.exposeFloat('averageMs', {
      nullable: true,
      description: 'Average in milliseconds; null: no run has ended.',
    }),
    p50Ms: t.exposeFloat('p50Ms', { nullable: true, description: 'Median in milliseconds, within 3 %.' }),
    p95Ms: t.exposeFloat('p95Ms', {
      nullable: true,
      description: '95th percentile in milliseconds, within 3 %.',
    }),
  }),
});

const OrchestrationOutcomesType = builder
  .objectRef<OrchestrationOutcomes>('OrchestrationOutcomes')
  .implement({
    description: 'Results of orchestrations.',
    fields: (t) => ({
      completed: t.exposeInt('completed', { description: 'Number of completed orchestrations.' }),
      averageScore: t.exposeFloat('averageScore', {
        nullable: true,
        description: 'Average score of their best answers, 0 to 10; null: none has a score.',
      }),
      bestScore: t.exposeFloat('bestScore', { nullable: true, description: 'The highest of these scores.' }),
      averageIterations: t.exposeFloat('averageIterations', {
        nullable: true,
        description: 'Average number of answers generated per orchestration; null: none completed.',
      }),
    }),
  });

const AnalyticsType = builder.objectRef<AnalyticsReport>('Analytics').implement({
  description:
    'Totals of runs up to now. Everything done for a run counts on the day the run was created, so that days and models add up to the total. The cost of an execution includes its tasks, which are not counted as runs of their own. Deleted runs are not included.',
  interfaces: [CallTotalsType],
  fields: (t) => ({
    from: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Runs created at or after this time are included; null: all runs of a session.',
      resolve: ({ window }) => window?.from ?? null,
    }),
    to: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Runs created before this time are included; null: all runs of a session.',
      resolve: ({ window }) => window?.to ?? null,
    }),
    sessions: t.exposeInt('sessions', { description: 'Number of sessions that contain these runs.' }),
    runs: t.field({
      type: [KindCountsType],
      description: 'Number of runs by kind; every kind is listed.',
      resolve: ({ runs }) =>
        RUN_KINDS.map((kind) => ({ kind, counted: runs.filter((one) => one.kind === kind) })),
    }),
    durations: t.expose('durations', { type: RunDurationsType, description: 'Durations of the runs.' }),
    orchestrations: t.expose('orchestrations', {
      type: OrchestrationOutcomesType,
      description: 'Results of the orchestrations among them.',
    }),
    models: t.expose('models', {
      type: [ModelUseType],
      description: 'Models used, the most expensive first.',
    }),
    days: t.expose('days', {
      type: [DayUseType],
      description: 'Totals by day of creation, in order; days without runs are omitted.',
    }),
  }),
});

builder.queryFields((t) => ({
  sessionAnalytics: t.field({
    type: AnalyticsType,
    nullable: true,
    description: "Totals of all runs in one of the viewer's sessions.",
    complexity: ANALYTICS_COST,
    args: { sessionId: t.arg.id({ required: true, description: 'The session.' }) },
    resolve: (_root, { sessionId }, context) =>
      sessionAnalytics(context, localId('Session', sessionId, 'sessionId')),
  }),
  userAnalytics: t.field({
    type: AnalyticsType,
    nullable: true,
    description: "Totals of the viewer's runs created in a period of at most 366 days.",
    complexity: ANALYTICS_COST,
    args: {
      from: t.arg({
        type: 'DateTime',
        description: 'Start of the period, inclusive. Absent: 30 days before `to`, at the start of the hour.',
      }),
      to: t.arg({ type: 'DateTime', description: 'End of the period, exclusive. Absent: now.' }),
      userLabel: t.arg.string({ description: 'Only runs in sessions with this label.' }),
    },
    resolve: (_root, given, context) => userAnalytics(context, given),
  }),
}));
