import { ProviderEnum } from '../builder/enums.ts';
import { RunErrorType } from '../runs/run-error.ts';
import { event, RunEvent } from './run-event.ts';

const ITERATION = 'The round, from 1.';

/** What the rounds of an orchestration bring. */
export const ORCHESTRATION_EVENTS = {
  ResponseGenerated: event('ResponseGenerated').implement({
    interfaces: [RunEvent],
    description: 'A round of an orchestration has its answer.',
    fields: (t) => ({
      iteration: t.int({ description: ITERATION, resolve: ({ data }) => data.iteration }),
      callId: t.string({
        description: 'The model call whose text it is.',
        resolve: ({ data }) => data.callId,
      }),
      provider: t.field({
        type: ProviderEnum,
        description: 'Who serves the model.',
        resolve: ({ data }) => data.provider,
      }),
      model: t.string({
        description: 'The model that answered; another than the selected one when that failed.',
        resolve: ({ data }) => data.model,
      }),
      preview: t.string({
        description: 'The first 200 characters of the answer.',
        resolve: ({ data }) => data.preview,
      }),
      inputTokens: t.int({
        nullable: true,
        description: 'Null: not told.',
        resolve: ({ data }) => data.inputTokens,
      }),
      outputTokens: t.int({
        nullable: true,
        description: 'Null: not told.',
        resolve: ({ data }) => data.outputTokens,
      }),
    }),
  }),
  EvaluationCompleted: event('EvaluationCompleted').implement({
    interfaces: [RunEvent],
    description: 'Another model has evaluated the answer of a round.',
    fields: (t) => ({
      iteration: t.int({ description: ITERATION, resolve: ({ data }) => data.iteration }),
      callId: t.string({
        description: 'The model call that brought it.',
        resolve: ({ data }) => data.callId,
      }),
      provider: t.field({
        type: ProviderEnum,
        description: 'Who serves the evaluator.',
        resolve: ({ data }) => data.provider,
      }),
      model: t.string({ description: 'The evaluator.', resolve: ({ data }) => data.model }),
      score: t.float({ description: '0 to 10.', resolve: ({ data }) => data.score }),
      feedback: t.string({ description: 'What can be better.', resolve: ({ data }) => data.feedback }),
      isSelfEvaluated: t.boolean({
        description: 'Whether the model evaluated its own answer, because there is no other.',
        resolve: ({ data }) => data.isSelfEvaluated,
      }),
    }),
  }),
  EvaluationFailed: event('EvaluationFailed').implement({
    interfaces: [RunEvent],
    description: 'The answer of a round has no score, and will have none.',
    fields: (t) => ({
      iteration: t.int({ description: ITERATION, resolve: ({ data }) => data.iteration }),
      provider: t.field({
        type: ProviderEnum,
        description: 'Who serves the evaluator.',
        resolve: ({ data }) => data.provider,
      }),
      model: t.string({ description: 'The evaluator.', resolve: ({ data }) => data.model }),
      error: t.field({
        type: RunErrorType,
        description: 'Why. OUTPUT_INVALID: it twice did not answer with a score and feedback.',
        resolve: ({ data }) => data.error,
      }),
    }),
  }),
};
