/**
 * The words of Polyphony. Every list here is closed: adding a word makes the compiler name each table that
 * must answer for it. DESIGN: run, task, event, model call, provider, dialect.
 */

export const RUN_KINDS = ['task', 'execution'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

export const TASK_KINDS = ['prompt'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** `pending` waits for an execute, `waiting` for a person, a child or a grant. */
export const RUN_STATUSES = [
  'pending',
  'queued',
  'running',
  'waiting',
  'completed',
  'failed',
  'cancelled',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** Facts in a run's log, in the past tense. `TokensGenerated` is one flushed batch, not one token. */
export const EVENT_TYPES = [
  'RunCreated',
  'ModelSelected',
  'RunQueued',
  'RunStarted',
  'AttemptStarted',
  'ModelCallStarted',
  'TokensGenerated',
  'ReasoningGenerated',
  'ModelCallCompleted',
  'ModelCallFailed',
  'StepStarted',
  'StepTaskCreated',
  'StepCompleted',
  'StepFailed',
  'StepSkipped',
  'ProgressMade',
  'RunCompleted',
  'RunFailed',
  'RunCancelled',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Why a run became a worker's to take: somebody had it executed or tried again, or what it waited for completed. */
export const QUEUE_REASONS = ['executed', 'retried', 'dependencies_completed'] as const;
export type QueueReason = (typeof QUEUE_REASONS)[number];

/** What a cost limit may be set on. */
export const BUDGET_KINDS = ['task', 'execution', 'user'] as const;
export type BudgetKind = (typeof BUDGET_KINDS)[number];

/** In the order in which a bare model id looks for its own. */
export const PROVIDERS = ['openai', 'anthropic', 'azure', 'ollama', 'demo'] as const;
export type ProviderId = (typeof PROVIDERS)[number];

export const MODEL_CALL_STATUSES = ['started', 'completed', 'failed', 'cancelled'] as const;
export type ModelCallStatus = (typeof MODEL_CALL_STATUSES)[number];

/** Of a checkpoint. One that started and did not complete was interrupted. */
export const STEP_STATUSES = ['started', 'completed'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** Of a step of an execution. `cancelled` began, and was given up because the execution ended. */
export const EXECUTION_STEP_STATUSES = [
  'pending',
  'running',
  'completed',
  'failed',
  'skipped',
  'cancelled',
] as const;
export type ExecutionStepStatus = (typeof EXECUTION_STEP_STATUSES)[number];

/** What made an execution: a person or program that asked for it, or the workflow's schedule. */
export const EXECUTION_TRIGGERS = ['request', 'schedule'] as const;
export type ExecutionTrigger = (typeof EXECUTION_TRIGGERS)[number];

/** Why a model stopped; the vendor's own word is kept beside it. */
export const FINISH_REASONS = ['stop', 'length', 'tool_calls', 'content_filter', 'other'] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

export const MODEL_CAPABILITIES = ['text', 'code', 'reasoning', 'planning', 'vision', 'audio'] as const;
export type ModelCapability = (typeof MODEL_CAPABILITIES)[number];

export const DIALECTS = ['mini-devin'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** The surface through which a row was made. */
export type Origin = Dialect | 'graphql';
