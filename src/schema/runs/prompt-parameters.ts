import type { PromptParameters } from '../../rules/tasks/task.ts';
import { REASONING_EFFORTS } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { capitals } from '../builder/enum-values.ts';

const ReasoningEffortEnum = builder.enumType('ReasoningEffort', {
  description:
    'How much a model reasons before it answers. Each model supports some of these; if it does not support the requested one, the nearest of LOW, MEDIUM and HIGH is used.',
  values: capitals(REASONING_EFFORTS, {
    none: 'It answers without reasoning.',
    minimal: 'As little as the model allows.',
    low: 'Little.',
    medium: 'The usual amount for models that reason.',
    high: 'Much; slower and more expensive.',
    xhigh: 'More than HIGH.',
    max: 'As much as the model allows.',
  }),
});

export const PromptParametersType = builder.objectRef<PromptParameters>('PromptParameters').implement({
  description: "Sampling settings; for null ones the provider's defaults apply.",
  fields: (t) => ({
    temperature: t.exposeFloat('temperature', { nullable: true, description: '0 to 2.' }),
    topP: t.exposeFloat('topP', { nullable: true, description: '0 to 1.' }),
    maxTokens: t.exposeInt('maxTokens', {
      nullable: true,
      description: 'Maximum number of tokens to generate.',
    }),
    stop: t.exposeStringList('stop', { nullable: true, description: 'Sequences at which the model stops.' }),
    seed: t.exposeInt('seed', { nullable: true, description: 'For reproducible answers.' }),
    reasoningEffort: t.expose('reasoningEffort', {
      type: ReasoningEffortEnum,
      nullable: true,
      description: 'How much the model reasons before it answers.',
    }),
    maxReasoningTokens: t.exposeInt('maxReasoningTokens', {
      nullable: true,
      description: 'Maximum tokens of reasoning, included in `maxTokens`.',
    }),
    numCtx: t.exposeInt('numCtx', {
      nullable: true,
      description:
        'Context size in tokens with which Ollama loads the model; null: chosen by the length of the request.',
    }),
  }),
});

export const PromptParametersInput = builder.inputType('PromptParametersInput', {
  description: "Sampling settings; for absent ones the provider's defaults apply.",
  fields: (t) => ({
    temperature: t.float({ description: '0 to 2.' }),
    topP: t.float({ description: '0 to 1.' }),
    maxTokens: t.int({ description: 'Maximum number of tokens to generate, 1 to 1000000.' }),
    stop: t.stringList({ description: 'At most 4 sequences at which the model stops.' }),
    seed: t.int({ description: 'For reproducible answers.' }),
    reasoningEffort: t.field({
      type: ReasoningEffortEnum,
      description:
        'How much the model reasons before it answers. It is omitted for models that do not reason (`quirks` of the model).',
    }),
    maxReasoningTokens: t.int({
      description:
        "Maximum tokens of reasoning, 1024 to 1000000, included in `maxTokens`. Applies to Anthropic's models before 4.6 and to OpenRouter; other models have no such limit.",
    }),
    numCtx: t.int({
      description:
        'Context size in tokens with which Ollama loads the model (`num_ctx`), 256 to 10000000, at most its context window. Absent: chosen by the length of the request. Ignored by other providers.',
    }),
  }),
});
