import { RUN_ERROR_CODES } from '../errors.ts';
import {
  EXECUTION_STEP_STATUSES,
  EXECUTION_TRIGGERS,
  FINISH_REASONS,
  MODEL_CALL_STATUSES,
  PROVIDERS,
  QUEUE_REASONS,
  RUN_STATUSES,
  type RunStatus,
  TASK_KINDS,
} from '../vocabulary.ts';
import { builder } from './builder.ts';

/** GraphQL's capitals for our words: `in_progress` is `IN_PROGRESS`. */
function capitals<Word extends string>(
  words: readonly Word[],
  descriptions: Partial<Record<Word, string>> = {},
) {
  const values = words.map((word) => [word.toUpperCase(), { value: word, description: descriptions[word] }]);
  return Object.fromEntries(values) as Record<Uppercase<Word>, { value: Word; description: string }>;
}

const STATUS_DESCRIPTIONS: Record<RunStatus, string> = {
  pending: 'Waits until somebody has it executed.',
  queued: 'Waits for a worker.',
  running: 'A worker carries it out.',
  waiting: 'Waits for a person, for another run or for a grant.',
  completed: 'Ended well; its result is there.',
  failed: 'Ended with an error.',
  cancelled: 'Was cancelled; nothing of it runs any more.',
};

export const RunStatusEnum = builder.enumType('RunStatus', {
  description: 'Where a run stands.',
  values: capitals(RUN_STATUSES, STATUS_DESCRIPTIONS),
});

export const TaskKindEnum = builder.enumType('TaskKind', {
  description: 'How a task is carried out.',
  values: capitals(TASK_KINDS, { prompt: 'One prompt, answered by one model.' }),
});

export const ProviderEnum = builder.enumType('Provider', {
  description: 'Who serves a model.',
  values: capitals(PROVIDERS, {
    openai: 'OpenAI, or a server that speaks its API.',
    anthropic: 'Anthropic: the Claude models.',
    azure: 'Azure OpenAI; its models are named after their deployments.',
    ollama: 'Ollama: models on a machine of your own, for nothing.',
    demo: 'The built-in demo model: deterministic, without network, no real AI.',
  }),
});

export const QueueReasonEnum = builder.enumType('QueueReason', {
  description: "Why a run became a worker's to take.",
  values: capitals(QUEUE_REASONS, {
    executed: 'Somebody had it executed.',
    retried: 'It had failed, and somebody had it tried again.',
    dependencies_completed: 'All that it waited for has completed.',
  }),
});

export const ExecutionStepStatusEnum = builder.enumType('ExecutionStepStatus', {
  description: 'Where a step of an execution stands.',
  values: capitals(EXECUTION_STEP_STATUSES, {
    pending: 'Its turn has not come.',
    running: 'It is being done, or is about to be tried again.',
    completed: 'It is done; its output is there.',
    failed: 'It failed, with all of its tries.',
    skipped: 'Its condition did not hold.',
    cancelled: 'It was given up, because the execution ended.',
  }),
});

export const ExecutionTriggerEnum = builder.enumType('ExecutionTrigger', {
  description: 'What made an execution.',
  values: capitals(EXECUTION_TRIGGERS, {
    request: 'Somebody asked for it.',
    schedule: 'A tick of the schedule of its workflow.',
  }),
});

export const ModelCallStatusEnum = builder.enumType('ModelCallStatus', {
  description: 'Where a request to a provider stands.',
  values: capitals(MODEL_CALL_STATUSES),
});

export const FinishReasonEnum = builder.enumType('FinishReason', {
  description: 'Why a model stopped.',
  values: capitals(FINISH_REASONS),
});

export const RunErrorCodeEnum = builder.enumType('RunErrorCode', {
  description: 'Why a run failed.',
  values: Object.fromEntries(RUN_ERROR_CODES.map((code) => [code, { value: code }])) as Record<
    (typeof RUN_ERROR_CODES)[number],
    { value: (typeof RUN_ERROR_CODES)[number] }
  >,
});
