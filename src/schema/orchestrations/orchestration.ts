import { orchestrations } from '../../resolvers/orchestrations/list-orchestrations.ts';
import { orchestration } from '../../resolvers/orchestrations/orchestration.ts';
import { bestRound } from '../../rules/orchestrations/orchestration.ts';
import type { OrchestrationRow } from '../../store/orchestrations/orchestrations.ts';
import { builder } from '../builder/builder.ts';
import { RunStatusEnum, StopReasonEnum } from '../builder/enums.ts';
import { globalId, localId } from '../builder/global-id.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { pageCost } from '../builder/page-cost.ts';
import { ModelCallType } from '../runs/model-call.ts';
import { RunInterface } from '../runs/run.ts';
import { ModelReferenceType, OrchestrationRoundType } from './orchestration-round.ts';

export const OrchestrationType = builder.objectRef<OrchestrationRow>('Orchestration');
builder.node(OrchestrationType, {
  interfaces: [RunInterface],
  description:
    'A prompt that a model answers and another evaluates, again and again, until an answer is good enough or no better one comes. The best answer wins, not the last.',
  id: { description: 'For every argument that asks for an orchestration.', resolve: ({ id }) => id },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'candidates' in value,
  loadWithoutCache: (id, context) => orchestration(context, id),
  fields: (t) => ({
    prompt: t.exposeString('prompt', { description: 'What the models are asked.' }),
    domain: t.exposeString('domain', { nullable: true, description: 'What kind of work it is.' }),
    threadId: t.id({
      nullable: true,
      description: 'The conversation that it is a turn of.',
      resolve: ({ threadId }) => threadId && globalId('Thread', threadId),
    }),
    sessionId: t.id({
      nullable: true,
      description: 'The session that it is in.',
      resolve: ({ sessionId }) => sessionId && globalId('Session', sessionId),
    }),
    preferredModels: t.exposeStringList('preferredModels', { description: 'As they were given.' }),
    candidates: t.expose('candidates', {
      type: [ModelReferenceType],
      description: 'The models that may answer and evaluate, best first.',
    }),
    reasoning: t.exposeString('reasoning', {
      description: 'Why the first of them answers first, and which preferred models were passed over.',
    }),
    evaluationThreshold: t.exposeFloat('evaluationThreshold', {
      description: '0 to 10: the score at which an answer is good enough.',
    }),
    maxIterations: t.exposeInt('maxIterations', { description: 'The most rounds.' }),
    iterations: t.int({
      description: 'How many answers were generated so far.',
      resolve: async ({ id }, _arguments, { loaders }) =>
        (await loaders.rounds.load(id)).filter(({ answer }) => answer !== null).length,
    }),
    rounds: t.field({
      type: [OrchestrationRoundType],
      description: 'Its rounds so far, in order.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.rounds.load(id),
    }),
    bestRound: t.field({
      type: OrchestrationRoundType,
      nullable: true,
      description: 'The one whose answer is the best so far; null while there is none.',
      resolve: async ({ id }, _arguments, { loaders }) => bestRound(await loaders.rounds.load(id)),
    }),
    finalResponse: t.string({
      nullable: true,
      description: 'When completed: the best answer.',
      resolve: ({ result }) => result?.output,
    }),
    finalScore: t.float({
      nullable: true,
      description: 'When completed: the score of the best answer; null when no evaluation succeeded.',
      resolve: ({ result }) => result?.score,
    }),
    stopReason: t.field({
      type: StopReasonEnum,
      nullable: true,
      description: 'When completed: why no further answer was asked for.',
      resolve: ({ result }) => result?.stopReason,
    }),
    modelCalls: t.field({
      type: [ModelCallType],
      description: 'Its requests to providers, oldest first.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.modelCalls.load(id),
    }),
  }),
});

const OrchestrationFilter = builder.inputType('OrchestrationFilter', {
  fields: (t) => ({
    status: t.field({ type: RunStatusEnum, description: 'Only orchestrations that stand there.' }),
    threadId: t.id({ description: 'Only turns of this conversation.' }),
    sessionId: t.id({ description: 'Only orchestrations of this session.' }),
  }),
});

function localFilter(filter: typeof OrchestrationFilter.$inferInput | null | undefined) {
  const threadId = filter?.threadId ? localId('Thread', filter.threadId, 'filter.threadId') : null;
  const sessionId = filter?.sessionId ? localId('Session', filter.sessionId, 'filter.sessionId') : null;
  return { status: filter?.status, threadId, sessionId };
}

builder.queryFields((t) => ({
  orchestration: t.field({
    type: OrchestrationType,
    nullable: true,
    description: "One of the viewer's orchestrations.",
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => orchestration(context, localId('Orchestration', id)),
  }),
  orchestrations: t.connection({
    type: OrchestrationType,
    nullable: true,
    description: "The viewer's orchestrations, newest first. `first` or `last`: 1 to 100, default 20.",
    complexity: pageCost,
    args: { ...pageArguments, filter: t.arg({ type: OrchestrationFilter }) },
    resolve: (_root, { filter, ...page }, context) => orchestrations(context, page, localFilter(filter)),
  }),
}));
