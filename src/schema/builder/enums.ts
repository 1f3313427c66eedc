import {
  AGENT_CONDITIONS,
  AGENT_STATUSES,
  ARTIFACT_TYPES,
  EXECUTION_STEP_STATUSES,
  EXECUTION_TRIGGERS,
  ORIGINS,
  PARAMETER_TYPES,
  PLAN_STEP_STATUSES,
  PREDICTION_LEVELS,
  QUEUE_REASONS,
  REPLICA_STATES,
  RESTART_REASONS,
  RUN_KINDS,
  RUN_STATUSES,
  type RunStatus,
  SANDBOX_STATES,
  SESSION_STATUSES,
  STOP_REASONS,
  SYSTEM_CONDITIONS,
  TEMPLATE_STEP_TYPES,
  TOOL_NAMES,
} from '../../vocabulary.ts';
import { builder } from './builder.ts';
import { capitals } from './enum-values.ts';

const STATUS_DESCRIPTIONS: Record<RunStatus, string> = {
  pending: 'Held until `executeTask`.',
  queued: 'Waits for its `startAt`, for a worker, or for an earlier turn of its thread.',
  running: 'A worker is executing it.',
  waiting: 'Waits for input or for another run.',
  completed: 'Completed successfully; its result is available.',
  failed: 'Failed with an error.',
  cancelled: 'Was cancelled.',
};

export const RunStatusEnum = builder.enumType('RunStatus', {
  description: 'Status of a run.',
  values: capitals(RUN_STATUSES, STATUS_DESCRIPTIONS),
});

export const RunKindEnum = builder.enumType('RunKind', {
  description: 'Kind of a run.',
  values: capitals(RUN_KINDS, {
    task: 'One piece of AI work.',
    execution: 'One run of a workflow.',
    orchestration: 'A prompt that models answer, evaluate and improve.',
    bulk: 'The cancelling, retrying or deleting of many runs.',
  }),
});

export const PredictionLevelEnum = builder.enumType('PredictionLevel', {
  description:
    'What the past tasks behind a prediction have in common with the predicted task. From broadest to narrowest: HISTORY, TYPE, DOER, MODEL, COMBINATION.',
  values: capitals(PREDICTION_LEVELS, {
    history: 'All tasks of the viewer.',
    type: 'Tasks of the same type.',
    doer: 'Tasks performed by the same agent, created from the same template, or, if neither applies, performed without an agent.',
    model: 'Tasks that used the same model.',
    combination: 'Tasks that match in type, performer and model.',
  }),
});

export const StopReasonEnum = builder.enumType('StopReason', {
  description: 'Why an orchestration generated no further answer.',
  values: capitals(STOP_REASONS, {
    threshold_reached: 'An answer reached the requested score.',
    max_iterations: 'The maximum number of rounds was reached.',
    no_gain: 'Two consecutive rounds did not improve the score.',
    cost_limit: 'The remainder of a cost limit does not cover another call.',
    models_failed: 'No model could give another answer.',
  }),
});

export const SessionStatusEnum = builder.enumType('SessionStatus', {
  description: 'Status of a session.',
  values: capitals(SESSION_STATUSES, {
    active: 'Accepts tasks and threads.',
    paused: 'Temporarily accepts no new tasks or threads. Existing runs continue.',
    completed: 'Done; accepts no new tasks or threads. Existing runs continue.',
  }),
});

export const OriginEnum = builder.enumType('Origin', {
  description: 'The API through which an object was created: GraphQL, or one of the older APIs.',
  values: capitals(ORIGINS, {
    graphql: 'The GraphQL API.',
    themachine: 'The REST API of TheMachine.',
    'ai-task-orchestra': 'The REST API of AI Task Orchestra.',
    'mini-devin': 'The REST API of Mini-Devin.',
    amas: 'The REST API of AMAS.',
    orchestratex: 'The REST API of OrchestrateX.',
  }),
});

export const ToolNameEnum = builder.enumType('ToolName', {
  description: 'A tool of agents. Models know it by its name in lower case.',
  values: capitals(TOOL_NAMES, {
    terminal: 'Runs a shell command.',
    read_file: 'Reads a file.',
    write_file: 'Writes a file.',
    edit_file: 'Replaces text in a file.',
    list_files: 'Lists files.',
    search: 'Searches in files.',
    update_plan: 'Creates or updates the plan of the agent.',
    ask_user: 'Asks the user a question and waits for the answer.',
    finish: 'Ends the task.',
  }),
});

export const PlanStepStatusEnum = builder.enumType('PlanStepStatus', {
  description: 'Status of a step in the plan of an agent.',
  values: capitals(PLAN_STEP_STATUSES, {
    pending: 'The agent has not begun it.',
    in_progress: 'The agent is working on it.',
    completed: 'The agent reported it as done.',
  }),
});

export const AgentStatusEnum = builder.enumType('AgentStatus', {
  description: 'Whether an agent is working.',
  values: capitals(AGENT_STATUSES, {
    idle: 'It is not working on a task.',
    busy: 'It is working on a task.',
    inactive: 'It accepts no tasks.',
  }),
});

export const AgentConditionEnum = builder.enumType('AgentCondition', {
  description: 'Health of an agent by the success rate of its recent tasks.',
  values: capitals(AGENT_CONDITIONS, {
    unknown: 'No task has ended yet.',
    healthy: 'At least 80% succeeded.',
    degraded: 'At least 50% succeeded.',
    failing: 'Less than 50% succeeded.',
  }),
});

export const SandboxStateEnum = builder.enumType('SandboxState', {
  description: 'How commands of agents and templates are isolated.',
  values: capitals(SANDBOX_STATES, {
    bubblewrap: 'By bubblewrap: they can access only their working directory, and have no network.',
    unshare:
      'By programs of util-linux: like bubblewrap, but without a filter of system calls. What commands can do without it is listed in docs/operations.md.',
    none: 'Not at all: the operator lets them run with all rights of the server (`SANDBOX=none`).',
    unavailable: 'No commands can be executed.',
  }),
});

export const ReplicaStateEnum = builder.enumType('ReplicaState', {
  description:
    'Whether the read replica answers reads of lists and totals. Otherwise the primary database does.',
  values: capitals(REPLICA_STATES, {
    ready: 'The replica answers reads.',
    behind: 'The replica lags more than 100 ms behind the primary.',
    unavailable: 'The replica does not respond, or is not a standby.',
  }),
});

export const SystemConditionEnum = builder.enumType('SystemCondition', {
  description: 'Whether the installation executes runs.',
  values: capitals(SYSTEM_CONDITIONS, {
    active: 'Workers start ready runs without delay.',
    degraded: 'A worker does not report, or a run has been ready for more than 30 seconds.',
    stopped: 'There is no live worker; new runs wait.',
  }),
});

export const QueueReasonEnum = builder.enumType('QueueReason', {
  description: 'Why a run is in the queue.',
  values: capitals(QUEUE_REASONS, {
    executed: 'It was held and then executed.',
    retried: 'It had failed and was retried.',
    dependencies_completed: 'All its dependencies have completed.',
    previous_turn_ended: 'The earlier turns of its thread have ended.',
    provider_unavailable:
      'The provider is unavailable and nothing was charged. The run occupies no worker slot and is retried automatically.',
  }),
});

export const RestartReasonEnum = builder.enumType('RestartReason', {
  description: 'Why the text of a model call is no longer valid.',
  values: capitals(RESTART_REASONS, {
    resumed: 'The worker was lost, or the run was retried.',
    provider_error: 'The provider failed; the call is repeated.',
    output_invalid:
      'The answer did not match the response schema, or could not be used; the model is asked again.',
    context_compacted: 'The text was a summary of older turns, not an answer.',
  }),
});

export const ExecutionStepStatusEnum = builder.enumType('ExecutionStepStatus', {
  description: 'Status of a step of an execution.',
  values: capitals(EXECUTION_STEP_STATUSES, {
    pending: 'It waits for other steps.',
    running: 'It is running, or is about to be retried.',
    completed: 'It completed; its output is available.',
    failed: 'It failed, including all retries.',
    skipped: 'Its condition was false.',
    cancelled: 'It was stopped because the execution ended.',
  }),
});

export const ExecutionTriggerEnum = builder.enumType('ExecutionTrigger', {
  description: 'What created an execution.',
  values: capitals(EXECUTION_TRIGGERS, {
    request: 'A request of the account.',
    schedule: 'The schedule of its workflow.',
  }),
});

export const ArtifactTypeEnum = builder.enumType('ArtifactType', {
  description: 'Type of an artifact.',
  values: capitals(ARTIFACT_TYPES, {
    plan: 'The plan of an agent, as JSON.',
    diff: 'Changes in a working directory, as a patch.',
    log: 'Output of a command.',
    output: 'A result of the task.',
    file: 'Any other file.',
  }),
});

export const TemplateStepTypeEnum = builder.enumType('TemplateStepType', {
  description: 'Type of a template step.',
  values: capitals(TEMPLATE_STEP_TYPES, {
    generate: 'Asks a model. Outputs: `output`, `model`, `provider`, `finishReason`.',
    ollama_generate: 'Asks a model of Ollama and reports its resource usage. Outputs as for GENERATE.',
    git_clone: 'Clones a repository over https. Outputs: `output` and `commit`, `directory`.',
    run_script: 'Runs a script in the sandbox. Outputs: `output` (stdout), `stderr`, `exitCode`.',
    store_output: 'Saves text or a file as an artifact. Outputs: `output`, `name`, `size`.',
  }),
});

export const ParameterTypeEnum = builder.enumType('ParameterType', {
  description: 'Type of a template parameter.',
  values: capitals(PARAMETER_TYPES, {
    string: 'Text.',
    integer: 'A number without a fraction.',
    number: 'A number.',
    boolean: 'True or false.',
    list: 'A list of strings.',
  }),
});
