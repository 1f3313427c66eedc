import type { ModelReference } from '../../rules/models/model-id.ts';
import type { RoundRow } from '../../store/orchestrations/rounds.ts';
import { builder } from '../builder/builder.ts';
import { FinishReasonEnum, ProviderEnum } from '../builder/enums.ts';
import { RunErrorType } from '../runs/run-error.ts';

export const ModelReferenceType = builder.objectRef<ModelReference>('ModelReference').implement({
  description: 'A model of a provider.',
  fields: (t) => ({
    provider: t.expose('provider', { type: ProviderEnum, description: 'Who serves it.' }),
    model: t.exposeString('model', { description: "The model's id, as the provider is sent it." }),
  }),
});

export const OrchestrationRoundType = builder.objectRef<RoundRow>('OrchestrationRound').implement({
  description: 'One answer and its evaluation.',
  fields: (t) => ({
    iteration: t.exposeInt('iteration', { description: 'From 1.' }),
    selected: t.expose('selected', {
      type: ModelReferenceType,
      description: 'The model that was to answer.',
    }),
    reason: t.exposeString('reason', { description: 'Why it was selected.' }),
    improves: t.exposeInt('improves', {
      nullable: true,
      description: 'The round whose answer it was to improve; null: it answered afresh.',
    }),
    model: t.field({
      type: ModelReferenceType,
      nullable: true,
      description: 'The model that answered: another than the selected one when that failed.',
      resolve: ({ answer }) => answer,
    }),
    response: t.string({
      nullable: true,
      description: 'The answer; null while there is none.',
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
      description: 'Why there is no answer, when the best one of the rounds before was taken instead.',
    }),
    evaluator: t.field({
      type: ModelReferenceType,
      nullable: true,
      description: 'The model that evaluated the answer, or failed to.',
      resolve: ({ evaluation }) => evaluation,
    }),
    score: t.float({
      nullable: true,
      description: '0 to 10; null while there is none, and when the evaluation failed.',
      resolve: ({ evaluation }) => evaluation?.score,
    }),
    feedback: t.string({
      nullable: true,
      description: 'What the evaluator says can be better.',
      resolve: ({ evaluation }) => evaluation?.feedback,
    }),
    isSelfEvaluated: t.boolean({
      nullable: true,
      description: 'Whether the model evaluated its own answer, because there is no other.',
      resolve: ({ evaluation }) => evaluation?.isSelfEvaluated,
    }),
    evaluationError: t.field({
      type: RunErrorType,
      nullable: true,
      description: 'Why the evaluation failed.',
      resolve: ({ evaluation }) => evaluation?.error,
    }),
    cost: t.exposeFloat('cost', { description: 'US dollars: the sum of its calls whose cost is known.' }),
    costComplete: t.exposeBoolean('costComplete', {
      description: 'Whether the cost of every call of it is known and in `cost`.',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    completedAt: t.expose('completedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was evaluated, or given up.',
    }),
  }),
});
