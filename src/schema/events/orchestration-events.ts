import { globalId } from '../builder/global-id.ts';
import { ProviderEnum } from '../builder/model-enums.ts';
import { RunErrorType } from '../runs/run-error.ts';
import { event, RunEvent } from './run-event.ts';

const ITERATION = 'Number of the round, from 1.';

/** Events of the rounds of an orchestration. */
export const ORCHESTRATION_EVENTS = {
  ResponseGenerated: event('ResponseGenerated').implement({
    interfaces: [RunEvent],
    description: 'A round of an orchestration has generated its answer.',
    fields: (t) => ({
      iteration: t.int({ description: ITERATION, resolve: ({ data }) => data.iteration }),
      callId: t.id({
        description: 'Id of the model call that generated it.',
        resolve: ({ data }) => globalId('ModelCall', data.callId),
      }),
      provider: t.field({
        type: ProviderEnum,
        description: 'The provider of the model.',
        resolve: ({ data }) => data.provider,
      }),
      model: t.string({
        description: 'The model that answered. It differs from the selected one if that failed.',
        resolve: ({ data }) => data.model,
      }),
      preview: t.string({
        description: 'The first 200 characters of the answer.',
        resolve: ({ data }) => data.preview,
      }),
      inputTokens: t.int({
        nullable: true,
        description: 'Null: not reported.',
        resolve: ({ data }) => data.inputTokens,
      }),
      outputTokens: t.int({
        nullable: true,
        description: 'Null: not reported.',
        resolve: ({ data }) => data.outputTokens,
      }),
    }),
  }),
  EvaluationCompleted: event('EvaluationCompleted').implement({
    interfaces: [RunEvent],
    description: 'The answer of a round was evaluated by another model.',
    fields: (t) => ({
      iteration: t.int({ description: ITERATION, resolve: ({ data }) => data.iteration }),
      callId: t.id({
        description: 'Id of the model call that evaluated it.',
        resolve: ({ data }) => globalId('ModelCall', data.callId),
      }),
      provider: t.field({
        type: ProviderEnum,
        description: 'The provider of the evaluator.',
        resolve: ({ data }) => data.provider,
      }),
      model: t.string({ description: 'The model that evaluated it.', resolve: ({ data }) => data.model }),
      score: t.float({ description: '0 to 10.', resolve: ({ data }) => data.score }),
      feedback: t.string({ description: 'What can be improved.', resolve: ({ data }) => data.feedback }),
      isSelfEvaluated: t.boolean({
        description: 'Whether the model evaluated its own answer because no other model was available.',
        resolve: ({ data }) => data.isSelfEvaluated,
      }),
    }),
  }),
  EvaluationFailed: event('EvaluationFailed').implement({
    interfaces: [RunEvent],
    description: 'The answer of a round could not be scored.',
    fields: (t) => ({
      iteration: t.int({ description: ITERATION, resolve: ({ data }) => data.iteration }),
      provider: t.field({
        type: ProviderEnum,
        description: 'The provider of the evaluator.',
        resolve: ({ data }) => data.provider,
      }),
      model: t.string({
        description: 'The model that should have evaluated it.',
        resolve: ({ data }) => data.model,
      }),
      error: t.field({
        type: RunErrorType,
        description: 'The error. OUTPUT_INVALID: its answer lacked a score and feedback twice.',
        resolve: ({ data }) => data.error,
      }),
    }),
  }),
};
