import type { ModelReference } from '../../rules/models/model-id.ts';
import type { RoundRow } from '../../store/orchestrations/rounds.ts';
import { builder } from '../builder/builder.ts';
import { FinishReasonEnum, ProviderEnum } from '../builder/model-enums.ts';
import { RunErrorType } from '../runs/run-error.ts';

export const ModelReferenceType = builder.objectRef<ModelReference>('ModelReference').implement({
  description: 'A model of a provider.',
  fields: (t) => ({
    provider: t.expose('provider', { type: ProviderEnum, description: 'Its provider.' }),
    model: t.exposeString('model', { description: 'Id of the model as sent to the provider.' }),
  }),
});

export const OrchestrationRoundType = builder.objectRef<RoundRow>('OrchestrationRound').implement({
  description: 'An answer and its evaluation.',
  fields: (t) => ({
    iteration: t.exposeInt('iteration', { description: 'From 1.' }),
    selected: t.expose('selected', {
      type: ModelReferenceType,
      description: 'The model selected to answer.',
    }),
    reason: t.exposeString('reason', { description: 'Why it was selected.' }),
    improves: t.exposeInt('improves', {
      nullable: true,
      description: 'Number of the round whose answer it improves; null: it answers independently.',
    }),
    model: t.field({
      type: ModelReferenceType,
      nullable: true,
      description: 'The model that answered. It differs from the selected one if that failed.',
      resolve: ({ answer }) => answer,
    }),
    response: t.string({
      nullable: true,
      description: 'The answer; null until it is generated.',
      resolve: ({ answer }) => answer?.text,
    }),
    finishReason: t.field({
      type: FinishReasonEnum,
      nullable: true,
      description: 'Why the model stopped.',
      resolve: ({ answer }) => answer?.finishReason,
    }),
    error: t.expose('error', {
      type: RunErrorType,
      nullable: true,
      description: 'Why it has no answer, if the best answer of the earlier rounds was used instead.',
    }),
    evaluator: t.field({
      type: ModelReferenceType,
      nullable: true,
      description: 'The model that evaluated the answer or failed to.',
      resolve: ({ evaluation }) => evaluation,
    }),
    score: t.float({
      nullable: true,
      description: '0 to 10; null until it is evaluated, and if the evaluation failed.',
      resolve: ({ evaluation }) => evaluation?.score,
    }),
    feedback: t.string({
      nullable: true,
      description: 'What can be improved, according to the evaluator.',
      resolve: ({ evaluation }) => evaluation?.feedback,
    }),
    isSelfEvaluated: t.boolean({
      nullable: true,
      description: 'Whether the model evaluated its own answer because no other model was available.',
      resolve: ({ evaluation }) => evaluation?.isSelfEvaluated,
    }),
    evaluationError: t.field({
      type: RunErrorType,
      nullable: true,
      description: 'Why the evaluation failed.',
      resolve: ({ evaluation }) => evaluation?.error,
    }),
    cost: t.exposeFloat('cost', { description: 'US dollars: the sum over its calls with a known cost.' }),
    costComplete: t.exposeBoolean('costComplete', {
      description: 'Whether the cost of each of its calls is known and included in `cost`.',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it started.' }),
    endedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was evaluated or failed.',
    }),
  }),
});
