/**
 * The vocabulary of Polyphony. Each list is closed: the compiler names every table that has to be extended for a new
 * word.
 *
 * - account: a user of the installation; every object except built-in ones belongs to one.
 * - run: anything that workers execute: a task, an execution, an orchestration or a bulk operation.
 * - task: one piece of AI work: a prompt, an agent's work, a template, or the pull of a model.
 * - workflow: a graph of steps; an execution is one run of it, in which each step is executed as tasks.
 * - orchestration: a prompt that models answer, evaluate and improve in rounds.
 * - bulk operation: the cancelling, retrying or deleting of many runs; `bulk` as a kind of run.
 * - agent: a named configuration of a model that works with tools, turn by turn.
 * - template: a named list of steps with parameters.
 * - thread: a conversation; its turns are tasks and orchestrations, and an agent's turn is one answer of its model.
 * - session: a working context: tasks, threads, a working directory and a cost limit.
 * - worker: a process, or part of one, that executes runs; each run that it executes occupies one of its slots.
 * - ticket: a job in the queue that entitles a slot to one piece of ready work, of whichever account is next.
 * - claim: the statement by which a worker takes a run; the run gets a higher epoch.
 * - lease: a worker's exclusive hold on a run. Its writes name the epoch, and change nothing once the run has a higher one.
 * - attempt: one try at a run's text; it starts over when a worker is lost or a model call has to be repeated.
 * - checkpoint: a stored step of a run that need not be repeated when another worker continues it.
 * - event: an entry in the log of a run, numbered by `seq` from 1 without gaps.
 * - feed: the events, except text, of all runs of an account or a session, and their changes.
 * - change: that a run, a session or a thread was created, edited or deleted; only what is not an event of a run.
 * - model call: one request to a provider, with its token counts and cost.
 * - budget: a cost limit with what was spent and what is reserved; an entry is the amount of one call in it.
 * - quota: a storage limit of an account.
 * - dependency: a run that has to complete before another; the other counts it as a blocker.
 * - delivery: a message that notifies an integration of the end of a run.
 * - artifact: a file saved by a run.
 * - integration: a connection of an account to an external service.
 * - dialect: one of the older APIs, served by rest-compat.
 * - origin: the API through which an object was created.
 */

/** The kind of a run is the name of the table with its other columns. */
export const RUN_KINDS = ['task', 'execution', 'orchestration', 'bulk'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/** What is done to the runs of a bulk operation. */
export const BULK_ACTIONS = ['cancel', 'retry', 'delete'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** What a bulk operation did not do to a run: it was not in a state for that, or it was refused. */
export const BULK_EXCEPTIONS = ['skipped', 'failed'] as const;
export type BulkException = (typeof BULK_EXCEPTIONS)[number];

/** Kinds of objects whose changes are in feeds. */
export const CHANGED_KINDS = [...RUN_KINDS, 'session', 'thread'] as const;
export type ChangedKind = (typeof CHANGED_KINDS)[number];

export const CHANGE_TYPES = ['created', 'updated', 'deleted'] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

/** How a worker isolates commands of agents and templates, the best first; `none`: not at all, as its operator decided. */
export const SANDBOX_STATES = ['bubblewrap', 'unshare', 'none', 'unavailable'] as const;
export type SandboxState = (typeof SANDBOX_STATES)[number];

/** `behind`: without what is committed on the primary, which answers meanwhile. */
export const REPLICA_STATES = ['ready', 'behind', 'unavailable'] as const;
export type ReplicaState = (typeof REPLICA_STATES)[number];

export const TASK_KINDS = ['prompt', 'agent', 'template', 'pull'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** Optional descriptive fields of a task; lists can be filtered by their presence. */
export const TASK_LABELS = ['type', 'title', 'description', 'target'] as const;
export type TaskLabel = (typeof TASK_LABELS)[number];

/** `pending` waits for `executeTask`, `waiting` for user input or for tasks of an execution. */
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

/** Statuses with which a task can be ended manually; cancelling is a separate operation. */
export const HAND_ENDINGS = ['completed', 'failed'] as const satisfies RunStatus[];
export type HandEnding = (typeof HAND_ENDINGS)[number];

/** What happens to a new turn of a thread while an earlier one has not ended. */
export const ON_BUSY = ['queue', 'reject', 'interrupt', 'parallel'] as const;
export type OnBusy = (typeof ON_BUSY)[number];

/** Only an `active` session accepts new tasks; existing runs in a `paused` or `completed` one continue. */
export const SESSION_STATUSES = ['active', 'paused', 'completed'] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** Events in a run's log, in the past tense. `TokensGenerated` is one flushed batch, not one token. */
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
  'TextExpired',
  'EventsExpired',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Stand for events of a log that are no longer kept. They are made when the log is read, and never stored. */
export const EXPIRY_EVENTS = ['TextExpired', 'EventsExpired'] as const satisfies readonly EventType[];
export type ExpiryEvent = (typeof EXPIRY_EVENTS)[number];

/** What is kept of an account for a number of days, in the order in which it is deleted. */
export const RETAINED = ['text', 'events', 'artifacts', 'idempotencyKeys', 'runs', 'deliveries'] as const;
export type Retained = (typeof RETAINED)[number];

/** Why a run is in the queue. */
export const QUEUE_REASONS = [
  'executed',
  'retried',
  'dependencies_completed',
  'previous_turn_ended',
  'provider_unavailable',
] as const;
export type QueueReason = (typeof QUEUE_REASONS)[number];

/** Why the text of a model call is no longer valid. */
export const RESTART_REASONS = ['resumed', 'provider_error', 'output_invalid', 'context_compacted'] as const;
export type RestartReason = (typeof RESTART_REASONS)[number];

/** The tools an agent can use. */
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

/** Status of a step of an agent's plan. */
export const PLAN_STEP_STATUSES = ['pending', 'in_progress', 'completed'] as const;
export type PlanStepStatus = (typeof PLAN_STEP_STATUSES)[number];

/**
 * Platforms of integrations. `slack` and `webhook` are notified when runs end; the others only verify a
 * token.
 */
export const PLATFORMS = ['github', 'gitlab', 'slack', 'webhook'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** How a run can end. */
export const RUN_ENDINGS = ['completed', 'failed', 'cancelled'] as const satisfies readonly RunStatus[];
export type RunEnding = (typeof RUN_ENDINGS)[number];

/** Of a delivery. */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Whether an agent is working. */
export const AGENT_STATUSES = ['idle', 'busy', 'inactive'] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

/** Health of an agent by its recent tasks. */
export const AGENT_CONDITIONS = ['unknown', 'healthy', 'degraded', 'failing'] as const;
export type AgentCondition = (typeof AGENT_CONDITIONS)[number];

/** What the past tasks behind a prediction have in common with the predicted task, broadest first. */
export const PREDICTION_LEVELS = ['history', 'type', 'doer', 'model', 'combination'] as const;
export type PredictionLevel = (typeof PREDICTION_LEVELS)[number];

/** Whether runs are executed without delay. */
export const SYSTEM_CONDITIONS = ['active', 'degraded', 'stopped'] as const;
export type SystemCondition = (typeof SYSTEM_CONDITIONS)[number];

/** Why an orchestration generated no further answer. */
export const STOP_REASONS = [
  'threshold_reached',
  'max_iterations',
  'no_gain',
  'cost_limit',
  'models_failed',
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** What a cost limit can be set on. */
export const BUDGET_KINDS = [...RUN_KINDS, 'session', 'user'] as const;
export type BudgetKind = (typeof BUDGET_KINDS)[number];

/** In the order in which a bare model id is searched. */
export const PROVIDERS = ['openai', 'anthropic', 'azure', 'custom', 'ollama', 'demo'] as const;
export type ProviderId = (typeof PROVIDERS)[number];

export const MODEL_CALL_STATUSES = ['started', 'completed', 'failed', 'cancelled'] as const;
export type ModelCallStatus = (typeof MODEL_CALL_STATUSES)[number];

/** `half_open`: a model failed repeatedly, and one call may try it again. */
export const CIRCUITS = ['closed', 'open', 'half_open'] as const;
export type Circuit = (typeof CIRCUITS)[number];

/** Where the prices of a model call come from: set by an admin in the catalog, or the price list. */
export const PRICE_SOURCES = ['catalog', 'list'] as const;
export type PriceSource = (typeof PRICE_SOURCES)[number];

/** Of a checkpoint. One that was started and not completed was interrupted. */
export const STEP_STATUSES = ['started', 'completed'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** Of a step of an execution. `cancelled` was stopped because the execution ended. */
export const EXECUTION_STEP_STATUSES = [
  'pending',
  'running',
  'completed',
  'failed',
  'skipped',
  'cancelled',
] as const;
export type ExecutionStepStatus = (typeof EXECUTION_STEP_STATUSES)[number];

/** What created an execution: a request, or the workflow's schedule. */
export const EXECUTION_TRIGGERS = ['request', 'schedule'] as const;
export type ExecutionTrigger = (typeof EXECUTION_TRIGGERS)[number];

/** Type of an artifact. */
export const ARTIFACT_TYPES = ['plan', 'diff', 'log', 'output', 'file'] as const;
export type ArtifactType = (typeof ARTIFACT_TYPES)[number];

/** Type of a template step. */
export const TEMPLATE_STEP_TYPES = [
  'generate',
  'ollama_generate',
  'git_clone',
  'run_script',
  'store_output',
] as const;
export type TemplateStepType = (typeof TEMPLATE_STEP_TYPES)[number];

/** Type of a template parameter; `list` contains strings. */
export const PARAMETER_TYPES = ['string', 'integer', 'number', 'boolean', 'list'] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

/** How much a model reasons before it answers, in OpenAI's terms. Each model supports some of them. */
export const REASONING_EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type ReasoningEffort = (typeof REASONING_EFFORTS)[number];

/** Why a model stopped; the vendor's own reason is stored as well. */
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

/** The abilities that a task may require of a model: to answer in text, and to call tools. */
export type ModelAbility = 'text' | 'tools';

/** The older APIs, by the names of their mounts. */
export const DIALECTS = ['themachine', 'ai-task-orchestra', 'mini-devin', 'amas', 'orchestratex'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** The API through which an object was created. */
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
  'runs_cancelled',
  'runs_deleted',
  'runs_retried',
  'user_deleted',
  'user_disabled',
  'user_enabled',
  'user_exported',
  'user_limits_changed',
  'user_registered',
  'user_retention_changed',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];
