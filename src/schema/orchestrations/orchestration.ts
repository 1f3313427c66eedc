import { orchestrations } from '../../resolvers/orchestrations/list-orchestrations.ts';
import {
  endingOf,
  orchestration,
  orchestrationPrompt,
} from '../../resolvers/orchestrations/orchestration.ts';
import { bestRound } from '../../rules/orchestrations/orchestration.ts';
import type { OrchestrationRow } from '../../store/orchestrations/orchestrations.ts';
import { builder } from '../builder/builder.ts';
import { StopReasonEnum } from '../builder/enums.ts';
import { globalId, localId } from '../builder/global-id.ts';
import { runPageCost } from '../builder/page-cost.ts';
import { ModelCallType } from '../runs/model-call.ts';
import { RunInterface } from '../runs/run.ts';
import { runFilterFields, runListArguments, turnFilterFields, withLocalIds } from '../runs/run-filter.ts';
import { ThreadType } from '../threads/thread.ts';
import { ModelReferenceType, OrchestrationRoundType } from './orchestration-round.ts';

export const OrchestrationType = builder.objectRef<OrchestrationRow>('Orchestration');
builder.node(OrchestrationType, {
  interfaces: [RunInterface],
  description:
    'A prompt that one model answers and another evaluates, repeatedly, until an answer is good enough or no better one is generated. Its result is the best answer, not the last.',
  id: {
    description: "Global id; pass it to any argument that takes an orchestration's id.",
    resolve: ({ id }) => id,
  },
  fields: (t) => ({
    prompt: t.string({
      description: 'The prompt.',
      resolve: ({ id }, _arguments, context) => orchestrationPrompt(context, id),
    }),
    domain: t.exposeString('domain', { nullable: true, description: 'The type of work.' }),
    threadId: t.id({
      nullable: true,
      description: 'The thread in which it is a turn.',
      resolve: ({ threadId }) => threadId && globalId('Thread', threadId),
    }),
    thread: t.field({
      type: ThreadType,
      nullable: true,
      description: 'The thread of which it is a turn.',
      resolve: ({ threadId }, _arguments, { loaders }) =>
        threadId === null ? null : loaders.threads.load(threadId),
    }),
    sessionId: t.id({
      nullable: true,
      description: 'Its session.',
      resolve: ({ sessionId }) => sessionId && globalId('Session', sessionId),
    }),
    preferredModels: t.exposeStringList('preferredModels', { description: 'The preferred models as given.' }),
    candidates: t.expose('candidates', {
      type: [ModelReferenceType],
      description: 'The models that may answer and evaluate, best first.',
    }),
    reasoning: t.exposeString('reasoning', {
      description: 'Why the first model was ranked first, and which preferred models were skipped.',
    }),
    evaluationThreshold: t.exposeFloat('evaluationThreshold', {
      description: '0 to 10: the score at which an answer is good enough.',
    }),
    maxIterations: t.exposeInt('maxIterations', { description: 'Maximum number of rounds.' }),
    iterations: t.int({
      description: 'Number of answers generated so far.',
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
      description: 'Number of the round with the best answer so far; null while there is none.',
      resolve: async ({ id }, _arguments, { loaders }) => bestRound(await loaders.rounds.load(id)),
    }),
    finalResponse: t.string({
      nullable: true,
      description: 'If completed: the best answer.',
      resolve: ({ id, status }, _arguments, { loaders }) =>
        status === 'completed' ? loaders.orchestrationOutputs.load(id) : null,
    }),
    finalScore: t.float({
      nullable: true,
      description: 'If completed: the score of the best answer; null if no evaluation succeeded.',
      resolve: async (row, _arguments, context) => (await endingOf(context, row))?.score,
    }),
    stopReason: t.field({
      type: StopReasonEnum,
      nullable: true,
      description: 'If completed: why no further answer was generated.',
      resolve: async (row, _arguments, context) => (await endingOf(context, row))?.stopReason,
    }),
    modelCalls: t.field({
      type: [ModelCallType],
      description: 'Its requests to providers, oldest first.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.modelCalls.load(id),
    }),
  }),
});

const OrchestrationFilter = builder.inputType('OrchestrationFilter', {
  description:
    'Absent and null fields match every orchestration, whether it is in a session or thread or not.',
  fields: (t) => ({
    ...runFilterFields(t, 'orchestrations', { text: 'their prompts' }),
    ...turnFilterFields(t, 'orchestrations', {
      types: '; the type is the `domain`',
      models: 'with an answer of',
    }),
  }),
});

export const OrchestrationEdge = builder.edgeObject({
  type: OrchestrationType,
  name: 'OrchestrationEdge',
  description: 'An orchestration with its position in a list.',
});
const OrchestrationConnection = builder.connectionObject(
  {
    type: OrchestrationType,
    name: 'OrchestrationConnection',
    description: 'A page of orchestrations.',
  },
  OrchestrationEdge,
);

builder.queryFields((t) => ({
  orchestration: t.field({
    type: OrchestrationType,
    nullable: true,
    description: "One of the viewer's orchestrations.",
    args: { id: t.arg.id({ required: true, description: 'The orchestration.' }) },
    resolve: (_root, { id }, context) => orchestration(context, localId('Orchestration', id)),
  }),
  orchestrations: t.connection(
    {
      type: OrchestrationType,
      nullable: true,
      description: "The viewer's orchestrations. `first`: 0 to 100, or `last`: 1 to 100; default 20.",
      complexity: runPageCost,
      args: {
        ...runListArguments,
        filter: t.arg({
          type: OrchestrationFilter,
          description: 'Only items that match all of its fields; null matches everything.',
        }),
      },
      resolve: (_root, { filter, ...page }, context) =>
        orchestrations(context, { ...page, filter: withLocalIds(filter) }),
    },
    OrchestrationConnection,
  ),
}));
