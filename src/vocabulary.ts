/** The words of Polyphony. Each list is closed: the compiler names every table that must answer for a new word. */

/** A run's kind is the name of the table that has the rest of it. */
export const RUN_KINDS = ['task', 'execution', 'orchestration'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

export const TASK_KINDS = ['prompt', 'agent', 'template', 'pull'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** What a task may be described by, beside its prompt; lists can ask for tasks that have it. */
export const TASK_LABELS = ['type', 'title', 'description', 'target'] as const;
export type TaskLabel = (typeof TASK_LABELS)[number];

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

/** To which a task may be ended by hand; a cancel is a move of its own. */
export const HAND_ENDINGS = ['completed', 'failed'] as const satisfies RunStatus[];
export type HandEnding = (typeof HAND_ENDINGS)[number];

/** What a thread does with a turn that comes while an earlier one has not ended. */
export const ON_BUSY = ['queue', 'reject', 'interrupt', 'parallel'] as const;
export type OnBusy = (typeof ON_BUSY)[number];

/** Only an `active` session takes new tasks; what runs in one that is `paused` or `completed` goes on. */
export const SESSION_STATUSES = ['active', 'paused', 'completed'] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** Facts in a run's log, in the past tense. `TokensGenerated` is one flushed batch, not one token. */
export const EVENT_TYPES = [
  'RunCreated',
  'AgentSelected',
  'ModelSelected',
  'RunQueued',
  'RunStarted',
  'AttemptStarted',
  'RunResumed',
  'ModelCallStarted',
  'TokensGenerated',
  'ReasoningGenerated',
  'ModelCallCompleted',
  'ModelCallFailed',
  'ToolCallStarted',
  'ToolCallCompleted',
  'PlanUpdated',
  'ThreadTruncated',
  'ContextCompacted',
  'ResponseGenerated',
  'EvaluationCompleted',
  'EvaluationFailed',
  'InputRequested',
  'InputProvided',
  'StepStarted',
  'StepTaskCreated',
  'StepCompleted',
  'StepFailed',
  'StepSkipped',
  'ArtifactSaved',
  'ProgressMade',
  'RunCompleted',
  'RunFailed',
  'RunCancelled',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Why a run is in the queue. */
export const QUEUE_REASONS = [
  'executed',
  'retried',
  'dependencies_completed',
  'previous_turn_ended',
  'provider_unavailable',
] as const;
export type QueueReason = (typeof QUEUE_REASONS)[number];

/** What an agent may be given to work with. */
export const TOOL_NAMES = [
  'terminal',
  'read_file',
  'write_file',
  'edit_file',
  'list_files',
  'search',
  'update_plan',
  'ask_user',
  'finish',
] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

/** Where a step of an agent's plan stands. */
export const PLAN_STEP_STATUSES = ['pending', 'in_progress', 'completed'] as const;
export type PlanStepStatus = (typeof PLAN_STEP_STATUSES)[number];

/** What an integration is with. `slack` and `webhook` are told how runs ended; the others know who somebody is there. */
export const PLATFORMS = ['github', 'gitlab', 'slack', 'webhook'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** How a run can end. */
export const RUN_ENDINGS = ['completed', 'failed', 'cancelled'] as const satisfies readonly RunStatus[];
export type RunEnding = (typeof RUN_ENDINGS)[number];

/** Of the message that tells an integration of a run's end. */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Whether an agent is at work. */
export const AGENT_STATUSES = ['idle', 'busy', 'inactive'] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

/** What an agent's last runs say about it. */
export const AGENT_CONDITIONS = ['unknown', 'healthy', 'degraded', 'failing'] as const;
export type AgentCondition = (typeof AGENT_CONDITIONS)[number];

/** What the tasks that a prediction goes by have in common with the one that it is for, the broadest first. */
export const PREDICTION_LEVELS = ['history', 'type', 'doer', 'model', 'combination'] as const;
export type PredictionLevel = (typeof PREDICTION_LEVELS)[number];

/** Whether work is done: by somebody, without delay. */
export const SYSTEM_CONDITIONS = ['active', 'degraded', 'stopped'] as const;
export type SystemCondition = (typeof SYSTEM_CONDITIONS)[number];

/** Why an orchestration asked for no further answer. */
export const STOP_REASONS = [
  'threshold_reached',
  'max_iterations',
  'no_gain',
  'cost_limit',
  'models_failed',
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** What a cost limit may be set on. */
export const BUDGET_KINDS = ['task', 'execution', 'orchestration', 'session', 'user'] as const;
export type BudgetKind = (typeof BUDGET_KINDS)[number];

/** In the order in which a bare model id looks for its own. */
export const PROVIDERS = ['openai', 'anthropic', 'azure', 'custom', 'ollama', 'demo'] as const;
export type ProviderId = (typeof PROVIDERS)[number];

export const MODEL_CALL_STATUSES = ['started', 'completed', 'failed', 'cancelled'] as const;
export type ModelCallStatus = (typeof MODEL_CALL_STATUSES)[number];

/** `half_open`: a model failed again and again, and one call may try whether it still does. */
export const CIRCUITS = ['closed', 'open', 'half_open'] as const;
export type Circuit = (typeof CIRCUITS)[number];

/** Whose prices a model call has: an admin's for the model, or the price list's. */
export const PRICE_SOURCES = ['catalog', 'list'] as const;
export type PriceSource = (typeof PRICE_SOURCES)[number];

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

/** What a file that a run leaves is. */
export const ARTIFACT_TYPES = ['plan', 'diff', 'log', 'output', 'file'] as const;
export type ArtifactType = (typeof ARTIFACT_TYPES)[number];

/** What a step of a template does. */
export const TEMPLATE_STEP_TYPES = [
  'generate',
  'ollama_generate',
  'git_clone',
  'run_script',
  'store_output',
] as const;
export type TemplateStepType = (typeof TEMPLATE_STEP_TYPES)[number];

/** What a parameter of a template may be; `list` holds texts. */
export const PARAMETER_TYPES = ['string', 'integer', 'number', 'boolean', 'list'] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

/** How much a model reasons before it answers, in OpenAI's words. Each model has some of them. */
export const REASONING_EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type ReasoningEffort = (typeof REASONING_EFFORTS)[number];

/** Why a model stopped; the vendor's own word is kept beside it. */
export const FINISH_REASONS = ['stop', 'length', 'tool_calls', 'content_filter', 'other', 'unknown'] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

export const MODEL_CAPABILITIES = [
  'text',
  'code',
  'reasoning',
  'planning',
  'vision',
  'audio',
  'embedding',
] as const;
export type ModelCapability = (typeof MODEL_CAPABILITIES)[number];

/** What a task may require of a model: that it answers in text, and that it calls tools. */
export type ModelAbility = 'text' | 'tools';

/** The old APIs that are answered, by the names of their mounts. */
export const DIALECTS = ['themachine', 'ai-task-orchestra', 'mini-devin', 'amas', 'orchestratex'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** The surface through which a row was made. */
export const ORIGINS = ['graphql', ...DIALECTS] as const;
export type Origin = (typeof ORIGINS)[number];

/** What an API key may do. Scopes are independent: `run` does not include `read`. */
export const SCOPES = ['read', 'run', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What the audit log records. */
export const AUDIT_ACTIONS = [
  'admin_granted',
  'admin_revoked',
  'api_key_created',
  'api_key_deleted',
  'api_key_rotated',
  'invitation_created',
  'logged_out_everywhere',
  'password_changed',
  'password_reset',
  'password_reset_created',
  'refresh_token_reused',
  'user_deleted',
  'user_disabled',
  'user_enabled',
  'user_limits_changed',
  'user_registered',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];
