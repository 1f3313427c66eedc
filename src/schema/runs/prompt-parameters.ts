import type { PromptParameters } from '../../rules/tasks/task.ts';
import { REASONING_EFFORTS } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { capitals } from '../builder/enum-values.ts';

const ReasoningEffortEnum = builder.enumType('ReasoningEffort', {
  description:
    'How much a model reasons before it answers. Each model has some of these; where it lacks one, the nearest of LOW, MEDIUM and HIGH is asked for.',
  values: capitals(REASONING_EFFORTS),
});

export const PromptParametersType = builder.objectRef<PromptParameters>('PromptParameters').implement({
  description: "Sampling settings; null ones are the provider's defaults.",
  fields: (t) => ({
    temperature: t.exposeFloat('temperature', { nullable: true, description: '0 to 2.' }),
    topP: t.exposeFloat('topP', { nullable: true, description: '0 to 1.' }),
    maxTokens: t.exposeInt('maxTokens', { nullable: true, description: 'The most tokens to generate.' }),
    stop: t.exposeStringList('stop', { nullable: true, description: 'Texts before which the model stops.' }),
    seed: t.exposeInt('seed', { nullable: true, description: 'For answers that can be repeated.' }),
    reasoningEffort: t.expose('reasoningEffort', {
      type: ReasoningEffortEnum,
      nullable: true,
      description: 'How much the model reasons before it answers.',
    }),
    maxReasoningTokens: t.exposeInt('maxReasoningTokens', {
      nullable: true,
      description: 'The most tokens of reasoning, a part of `maxTokens`.',
    }),
    numCtx: t.exposeInt('numCtx', {
      nullable: true,
      description: 'Tokens of context that Ollama loads the model with; null: chosen by what is asked.',
    }),
  }),
});

export const PromptParametersInput = builder.inputType('PromptParametersInput', {
  description: "Sampling settings; absent ones are the provider's defaults.",
  fields: (t) => ({
    temperature: t.float({ description: '0 to 2.' }),
    topP: t.float({ description: '0 to 1.' }),
    maxTokens: t.int({ description: 'The most tokens to generate, 1 to 1000000.' }),
    stop: t.stringList({ description: 'At most 4 texts before which the model stops.' }),
    seed: t.int({ description: 'For answers that can be repeated.' }),
    reasoningEffort: t.field({
      type: ReasoningEffortEnum,
      description:
        'How much the model reasons before it answers. A model that does not reason is asked without it (`quirks` of the model).',
    }),
    maxReasoningTokens: t.int({
      description:
        "The most tokens of reasoning, 1024 to 1000000, a part of `maxTokens`: of Anthropic's models before 4.6 and of OpenRouter; others have no such limit.",
    }),
    numCtx: t.int({
      description:
        'Tokens of context that Ollama loads the model with (`num_ctx`), 256 to 10000000, at most its context window. Absent: chosen by what is asked. Other providers ignore it.',
    }),
  }),
});
