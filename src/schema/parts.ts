import type { RunError } from '../errors.ts';
import type { Plan, PlanStep } from '../rules/agents/plan.ts';
import type { PromptParameters } from '../rules/tasks/task.ts';
import { REASONING_EFFORTS } from '../vocabulary.ts';
import { builder } from './builder.ts';
import { capitals } from './capitals.ts';
import { PlanStepStatusEnum, RunErrorCodeEnum } from './enums.ts';

export const RunErrorType = builder.objectRef<RunError>('RunError').implement({
  description: 'Why a run failed.',
  fields: (t) => ({
    code: t.expose('code', { type: RunErrorCodeEnum, description: 'Machine-readable code.' }),
    message: t.exposeString('message', { description: 'Readable message.' }),
  }),
});

const ReasoningEffortEnum = builder.enumType('ReasoningEffort', {
  description:
    'How much a model reasons before it answers. Each model supports some of these; if it does not support the requested one, the nearest of LOW, MEDIUM and HIGH is used.',
  values: capitals(REASONING_EFFORTS),
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

const PlanStepType = builder.objectRef<PlanStep>('PlanStep').implement({
  description: "A step of an agent's plan.",
  fields: (t) => ({
    id: t.exposeString('id', { description: 'Unique within the plan.' }),
    description: t.exposeString('description', { description: 'What is to be done.' }),
    status: t.expose('status', { type: PlanStepStatusEnum, description: 'Its status.' }),
  }),
});

export const PlanType = builder.objectRef<Plan>('Plan').implement({
  description: 'The plan of an agent, in order.',
  fields: (t) => ({
    steps: t.expose('steps', {
      type: [PlanStepType],
      description: 'The steps; empty until the agent has made a plan.',
    }),
  }),
});
