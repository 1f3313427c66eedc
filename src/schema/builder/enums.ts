import { RUN_ERROR_CODES } from '../../errors.ts';
import {
  AGENT_CONDITIONS,
  AGENT_STATUSES,
  ARTIFACT_TYPES,
  CIRCUITS,
  EXECUTION_STEP_STATUSES,
  EXECUTION_TRIGGERS,
  FINISH_REASONS,
  MODEL_CALL_STATUSES,
  MODEL_CAPABILITIES,
  ORIGINS,
  PARAMETER_TYPES,
  PLAN_STEP_STATUSES,
  PREDICTION_LEVELS,
  PROVIDERS,
  QUEUE_REASONS,
  RUN_KINDS,
  RUN_STATUSES,
  type RunStatus,
  SESSION_STATUSES,
  STOP_REASONS,
  SYSTEM_CONDITIONS,
  TEMPLATE_STEP_TYPES,
  TOOL_NAMES,
} from '../../vocabulary.ts';
import { builder } from './builder.ts';
import { capitals } from './enum-values.ts';

const STATUS_DESCRIPTIONS: Record<RunStatus, string> = {
  pending: 'Held until it is executed.',
  queued: 'Waits for a worker, or for an earlier turn of its thread.',
  running: 'A worker is executing it.',
  waiting: 'Waits for a person, for another run or for a grant.',
  completed: 'Ended well; its result is there.',
  failed: 'Ended with an error.',
  cancelled: 'Was cancelled.',
};

export const RunStatusEnum = builder.enumType('RunStatus', {
  description: 'Where a run stands.',
  values: capitals(RUN_STATUSES, STATUS_DESCRIPTIONS),
});

export const RunKindEnum = builder.enumType('RunKind', {
  description: 'What a run is.',
  values: capitals(RUN_KINDS, {
    task: 'One piece of AI work.',
    execution: 'One run of a workflow.',
    orchestration: 'A prompt that models answer, evaluate and improve.',
  }),
});

export const PredictionLevelEnum = builder.enumType('PredictionLevel', {
  description: 'What past tasks have in common with the one that is predicted, the broadest first.',
  values: capitals(PREDICTION_LEVELS, {
    history: "They are the viewer's.",
    type: 'They have its type.',
    doer: 'The same agent did them; of a template: they were made from it; else: no agent did them either.',
    model: 'They asked the same model.',
    combination: 'All of that.',
  }),
});

export const StopReasonEnum = builder.enumType('StopReason', {
  description: 'Why an orchestration asked for no further answer.',
  values: capitals(STOP_REASONS, {
    threshold_reached: 'An answer reached the score that was asked for.',
    max_iterations: 'All rounds that it may have were used.',
    no_gain: 'Two rounds, one after the other, brought no higher score.',
    cost_limit: 'What is left of a cost limit does not cover another call.',
    models_failed: 'No model could give a further answer.',
  }),
});

export const SessionStatusEnum = builder.enumType('SessionStatus', {
  description: 'Where a session stands.',
  values: capitals(SESSION_STATUSES, {
    active: 'Takes tasks and threads.',
    paused: 'Takes nothing new for the time being. What runs in it goes on.',
    completed: 'Is done and takes nothing new. What runs in it goes on.',
  }),
});

export const OriginEnum = builder.enumType('Origin', {
  description: 'Through which surface something was made: this one, or one of the older APIs.',
  values: capitals(ORIGINS, { graphql: 'This API, by GraphQL.' }),
});

export const ProviderEnum = builder.enumType('Provider', {
  description: 'Who serves a model.',
  values: capitals(PROVIDERS, {
    openai: 'OpenAI, or a server that speaks its API.',
    anthropic: 'Anthropic: the Claude models.',
    azure: 'Azure OpenAI; its models are named after their deployments.',
    custom: 'Any server that speaks the API of OpenAI, at an address that an admin gave the model.',
    ollama: 'Ollama: models on a machine of your own, for nothing.',
    demo: 'The built-in demo model: deterministic, without network, no real AI.',
  }),
});

export const ToolNameEnum = builder.enumType('ToolName', {
  description: 'What an agent may work with; its model knows it in lower case.',
  values: capitals(TOOL_NAMES, {
    terminal: 'Runs a command.',
    read_file: 'Reads a file.',
    write_file: 'Writes a file.',
    edit_file: 'Replaces text in a file.',
    list_files: 'Lists files.',
    search: 'Searches in files.',
    update_plan: 'Tells what it means to do.',
    ask_user: 'Asks a person and waits for the answer.',
    finish: 'Ends the task.',
  }),
});

export const PlanStepStatusEnum = builder.enumType('PlanStepStatus', {
  description: "Where a step of an agent's plan stands.",
  values: capitals(PLAN_STEP_STATUSES),
});

export const AgentStatusEnum = builder.enumType('AgentStatus', {
  description: 'Whether an agent is at work.',
  values: capitals(AGENT_STATUSES, {
    idle: 'It has nothing to do.',
    busy: 'It is at work.',
    inactive: 'It is given no tasks.',
  }),
});

export const AgentConditionEnum = builder.enumType('AgentCondition', {
  description: "What an agent's last tasks say about it.",
  values: capitals(AGENT_CONDITIONS, {
    unknown: 'None has ended yet.',
    healthy: 'At least 4 in 5 succeeded.',
    degraded: 'At least 1 in 2 succeeded.',
    failing: 'Fewer succeeded.',
  }),
});

export const SystemConditionEnum = builder.enumType('SystemCondition', {
  description: 'Whether work is done.',
  values: capitals(SYSTEM_CONDITIONS, {
    active: 'Workers take what is ready at once.',
    degraded: 'A worker is silent, or a run has been ready for one for more than 30 seconds.',
    stopped: 'There is no live worker: what is made waits.',
  }),
});

export const QueueReasonEnum = builder.enumType('QueueReason', {
  description: 'Why a run is in the queue.',
  values: capitals(QUEUE_REASONS, {
    executed: 'It was held and has been executed.',
    retried: 'It had failed and was retried.',
    dependencies_completed: 'All that it waited for has completed.',
    previous_turn_ended: 'The earlier turns of its thread have ended.',
    provider_unavailable:
      'The provider is unavailable and nothing was charged. The run occupies no worker slot and is retried automatically.',
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

export const ModelCapabilityEnum = builder.enumType('ModelCapability', {
  description: 'What a model can do.',
  values: capitals(MODEL_CAPABILITIES, {
    text: 'Understands and writes text.',
    code: 'Reads and writes code.',
    reasoning: 'Thinks before it answers.',
    planning: 'Breaks work down into steps.',
    vision: 'Sees pictures.',
    audio: 'Hears or speaks.',
    embedding: 'Turns text into vectors.',
  }),
});

export const ArtifactTypeEnum = builder.enumType('ArtifactType', {
  description: 'What a file that a task left is.',
  values: capitals(ARTIFACT_TYPES, {
    plan: 'The plan of an agent, as JSON.',
    diff: 'What changed in a working directory, as a patch.',
    log: 'What a command wrote.',
    output: 'What the task was to bring forth.',
    file: 'Any other file.',
  }),
});

export const TemplateStepTypeEnum = builder.enumType('TemplateStepType', {
  description: 'What a step of a template does.',
  values: capitals(TEMPLATE_STEP_TYPES, {
    generate: 'Asks a model. Outputs: `output`, `model`, `provider`, `finishReason`.',
    ollama_generate: 'Asks a model of Ollama, and tells what that used. Outputs as of GENERATE.',
    git_clone: 'Clones a repository over https. Outputs: `output` and `commit`, `directory`.',
    run_script: 'Runs a script in the sandbox. Outputs: `output` (stdout), `stderr`, `exitCode`.',
    store_output: 'Keeps a text or a file as an artifact. Outputs: `output`, `name`, `size`.',
  }),
});

export const ParameterTypeEnum = builder.enumType('ParameterType', {
  description: 'What a parameter of a template may be.',
  values: capitals(PARAMETER_TYPES, { list: 'A list of texts.' }),
});

export const CircuitEnum = builder.enumType('Circuit', {
  description: 'Whether a model is chosen for those who name none. One that is named is always asked.',
  values: capitals(CIRCUITS, {
    closed: 'It answers.',
    open: 'It failed five times in a row, the last time less than half a minute ago: it is avoided.',
    half_open: 'It failed like that before; one call may try it again.',
  }),
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
