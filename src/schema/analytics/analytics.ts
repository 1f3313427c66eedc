import {
  type AnalyticsReport,
  sessionAnalytics,
  userAnalytics,
} from '../../resolvers/analytics/analytics.ts';
import type {
  CallTotals,
  DayUse,
  ModelUse,
  OrchestrationOutcomes,
  RunDurations,
} from '../../store/analytics/analytics.ts';
import { RUN_KINDS, RUN_STATUSES, type RunKind, type RunStatus } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { ProviderEnum, RunKindEnum, RunStatusEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';

/** One is a sum over thousands of rows: a few of them may be asked for at once. */
const ANALYTICS_COST = { field: 1_500, multiplier: 1 };

const StatusCountType = builder.objectRef<{ status: RunStatus; count: number }>('StatusCount').implement({
  description: 'How many runs stand there.',
  fields: (t) => ({
    status: t.expose('status', { type: RunStatusEnum, description: 'Where they stand.' }),
    count: t.exposeInt('count', { description: 'How many; perhaps none.' }),
  }),
});

const KindCountsType = builder
  .objectRef<{ kind: RunKind; counted: AnalyticsReport['runs'] }>('KindCounts')
  .implement({
    description: 'How many runs of a kind there are.',
    fields: (t) => ({
      kind: t.expose('kind', { type: RunKindEnum, description: 'What they are.' }),
      total: t.int({
        description: 'All of them.',
        resolve: ({ counted }) => counted.reduce((sum, { count }) => sum + count, 0),
      }),
      statuses: t.field({
        type: [StatusCountType],
        description: 'How many stand where; every status is there.',
        resolve: ({ counted }) =>
          RUN_STATUSES.map((status) => ({
            status,
            count: counted.find((one) => one.status === status)?.count ?? 0,
          })),
      }),
    }),
  });

const CallTotalsType = builder.interfaceRef<CallTotals>('CallTotals').implement({
  description: 'What model calls come to.',
  // Sums outgrow GraphQL's Int of 32 bits.
  fields: (t) => ({
    modelCalls: t.exposeInt('modelCalls', { description: 'How many there were.' }),
    failedModelCalls: t.exposeInt('failedModelCalls', { description: 'How many of them failed.' }),
    cost: t.exposeFloat('cost', { description: 'US dollars: the sum of all calls whose cost is known.' }),
    costComplete: t.exposeBoolean('costComplete', {
      description: 'Whether the cost of every call is known and in `cost`.',
    }),
    inputTokens: t.exposeFloat('inputTokens', { description: 'Tokens sent, as far as providers told.' }),
    outputTokens: t.exposeFloat('outputTokens', { description: 'Tokens generated, likewise.' }),
  }),
});

const ModelUseType = builder.objectRef<ModelUse>('ModelUse').implement({
  description: 'What a model was used for.',
  interfaces: [CallTotalsType],
  fields: (t) => ({
    provider: t.field({
      type: ProviderEnum,
      description: 'Who serves it.',
      resolve: ({ provider }) => provider as never,
    }),
    model: t.exposeString('model', { description: "The model's id." }),
    averageDurationMs: t.exposeFloat('averageDurationMs', {
      nullable: true,
      description: 'Milliseconds that its answers took; null: it gave none.',
    }),
    averageTimeToFirstTokenMs: t.exposeFloat('averageTimeToFirstTokenMs', {
      nullable: true,
      description: 'Milliseconds until an answer began; null: none did.',
    }),
    averageScore: t.exposeFloat('averageScore', {
      nullable: true,
      description: '0 to 10, of its answers in orchestrations that were evaluated; null: none was.',
    }),
    scoredAnswers: t.exposeInt('scoredAnswers', { description: 'How many of them were.' }),
  }),
});

const DayUseType = builder.objectRef<DayUse>('DayUse').implement({
  description: 'What the runs come to that were made on a day.',
  interfaces: [CallTotalsType],
  fields: (t) => ({
    date: t.exposeString('date', { description: 'The day in UTC, such as `2026-11-21`.' }),
    runs: t.exposeInt('runs', { description: 'How many were made.' }),
    completedRuns: t.exposeInt('completedRuns', { description: 'How many of them have completed by now.' }),
    failedRuns: t.exposeInt('failedRuns', { description: 'How many of them have failed.' }),
  }),
});

const RunDurationsType = builder.objectRef<RunDurations>('RunDurations').implement({
  description: 'How long runs took that completed or failed, from their start to their end.',
  fields: (t) => ({
    finishedRuns: t.exposeInt('finishedRuns', { description: 'How many of them there are.' }),
    averageMs: t.exposeFloat('averageMs', { nullable: true, description: 'Milliseconds; null: none ended.' }),
    p50Ms: t.exposeFloat('p50Ms', { nullable: true, description: 'Half of them took no longer.' }),
    p95Ms: t.exposeFloat('p95Ms', { nullable: true, description: '19 of 20 took no longer.' }),
  }),
});

const OrchestrationOutcomesType = builder
  .objectRef<OrchestrationOutcomes>('OrchestrationOutcomes')
  .implement({
    description: 'What came of orchestrations.',
    fields: (t) => ({
      completed: t.exposeInt('completed', { description: 'How many completed.' }),
      averageScore: t.exposeFloat('averageScore', {
        nullable: true,
        description: '0 to 10, of their best answers; null: none has a score.',
      }),
      bestScore: t.exposeFloat('bestScore', { nullable: true, description: 'The highest of them.' }),
      averageIterations: t.exposeFloat('averageIterations', {
        nullable: true,
        description: 'How many answers each generated; null: none completed.',
      }),
    }),
  });

const AnalyticsType = builder.objectRef<AnalyticsReport>('Analytics').implement({
  description:
    'What runs come to by now. A run counts with all that was done for it, on the day on which it was made, so that days and models add up to the whole. What an execution did is in its cost, but its tasks are no runs of their own here. Deleted runs are not in it.',
  interfaces: [CallTotalsType],
  fields: (t) => ({
    from: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Runs count that were made since then; null: all of a session.',
      resolve: ({ window }) => window?.from ?? null,
    }),
    to: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Runs count that were made before then; null: all of a session.',
      resolve: ({ window }) => window?.to ?? null,
    }),
    sessions: t.exposeInt('sessions', { description: 'In how many sessions they are.' }),
    runs: t.field({
      type: [KindCountsType],
      description: 'How many there are; every kind is there.',
      resolve: ({ runs }) =>
        RUN_KINDS.map((kind) => ({ kind, counted: runs.filter((one) => one.kind === kind) })),
    }),
    durations: t.expose('durations', { type: RunDurationsType, description: 'How long they took.' }),
    orchestrations: t.expose('orchestrations', {
      type: OrchestrationOutcomesType,
      description: 'What came of those that are orchestrations.',
    }),
    models: t.expose('models', { type: [ModelUseType], description: 'Each model used, costliest first.' }),
    days: t.expose('days', {
      type: [DayUseType],
      description: 'Each day on which runs were made, in order; days without any are left out.',
    }),
  }),
});

builder.queryFields((t) => ({
  sessionAnalytics: t.field({
    type: AnalyticsType,
    nullable: true,
    description: "What all runs in one of the viewer's sessions come to.",
    complexity: ANALYTICS_COST,
    args: { sessionId: t.arg.id({ required: true, description: 'The session.' }) },
    resolve: (_root, { sessionId }, context) =>
      sessionAnalytics(context, localId('Session', sessionId, 'sessionId')),
  }),
  userAnalytics: t.field({
    type: AnalyticsType,
    nullable: true,
    description: "What the viewer's runs come to that were made in a window of at most 366 days.",
    complexity: ANALYTICS_COST,
    args: {
      from: t.arg({ type: 'DateTime', description: 'Absent: 30 days before `to`.' }),
      to: t.arg({ type: 'DateTime', description: 'Not counted any more; absent: now.' }),
      userLabel: t.arg.string({ description: 'Only what is in sessions with this label.' }),
    },
    resolve: (_root, given, context) => userAnalytics(context, given),
  }),
}));
