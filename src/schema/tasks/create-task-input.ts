import { builder } from '../builder/builder.ts';
import { idInput } from '../builder/id-input.ts';
import { PromptParametersInput } from '../runs/prompt-parameters.ts';
import { startTimeFields } from '../runs/start-times.ts';
import { HandEndingEnum, TaskKindEnum } from '../runs/task-enums.ts';

export const CreateTaskInput = builder.inputType('CreateTaskInput', {
  description:
    'PROMPT and AGENT require a `prompt`, `title` or `description`; TEMPLATE requires `templateId` or `templateName`.',
  fields: (t) => ({
    kind: t.field({
      type: TaskKindEnum,
      description:
        'The kind of task. Absent: TEMPLATE if a template is given, AGENT if an agent is given, else PROMPT.',
    }),
    type: t.string({
      description:
        'The type of work, such as `code` or `security_scan`. Selects the agent of an AGENT task without `agentId`, and influences the choice of a model if none is given.',
    }),
    title: t.string({ description: 'A short title, 1 to 500 characters.' }),
    description: t.string({ description: 'A detailed description, 1 to 1000000 characters.' }),
    target: t.string({
      description: 'What the work is done on: a host, a repository, a file; 1 to 2000 characters.',
    }),
    context: t.field({
      type: 'JSON',
      description: 'Background information: a JSON object of at most 100000 characters.',
    }),
    taskParameters: t.field({
      type: 'JSON',
      description:
        'Free parameters of the work, stored unchanged: a JSON object of at most 100000 characters.',
    }),
    agentId: t.id({
      description: 'AGENT: the agent. Absent: chosen by `type`; your own agents are preferred.',
    }),
    maxIterations: t.int({
      description: 'AGENT: maximum number of model turns, 1 to 1000; the limit of the agent applies as well.',
    }),
    prompt: t.string({
      description:
        'PROMPT, AGENT: the prompt, sent verbatim, 1 to 1000000 characters. Absent: composed of title, description, target, taskParameters and context; a title or a description is then required.',
    }),
    systemPrompt: t.string({ description: 'Instructions that the model gets before the prompt.' }),
    model: t.string({
      description:
        'A model of the catalog, or of a configured provider (`gpt-4o`, `openai/gpt-4o`), whose id is sent verbatim. Absent: chosen.',
    }),
    parameters: t.field({ type: PromptParametersInput, description: 'Sampling settings.' }),
    templateId: t.id({ description: 'TEMPLATE: the template; alternatively give its name.' }),
    templateName: t.string({ description: 'TEMPLATE: the name of the template.' }),
    templateParameters: t.field({
      type: 'JSON',
      description: 'TEMPLATE: the values of its parameters, a JSON object with their names as keys.',
    }),
    fallbackModels: t.stringList({
      description:
        'At most 5 models to try in this order if the previous one fails with an error that another model may not have.',
    }),
    responseSchema: t.field({
      type: 'JSON',
      description: 'A JSON Schema for the answer; `result.data` is then the parsed answer.',
    }),
    costLimit: t.float({
      description:
        'US dollars that its model calls may cost together. The output limit of a call is lowered to fit; if that is not enough, the task fails with BUDGET_EXCEEDED.',
    }),
    threadId: t.id({
      description: 'A thread. Its completed turns are sent to the model before the prompt.',
    }),
    sessionId: t.id({
      description: 'An active session to create it in. Absent: the session of its thread, if any.',
    }),
    priority: t.int({ description: '1 to 10; higher numbers run first. Default 5.' }),
    tags: t.stringList({
      description: 'At most 20 tags of 1 to 64 characters. Lists of runs can be filtered by them.',
    }),
    metadata: t.field({
      type: 'JSON',
      description: 'A JSON object of at most 16000 characters, stored with the run and returned unchanged.',
    }),
    ...startTimeFields(t, 'task'),
    hold: t.boolean({ description: 'True: the task stays PENDING until `executeTask`.' }),
    predict: t.boolean({
      description: 'True: computes `prediction`, which is stored with the task.',
    }),
    dependsOn: t.idList({
      description: 'At most 100 tasks that have to complete first; if one fails, this task fails too.',
    }),
    idempotencyKey: t.string({
      description:
        'Repeating the same request with the same key returns the same task, also for concurrent requests; a different request with the key fails with CONFLICT.',
    }),
  }),
});

export const CancelTaskInput = builder.inputType('CancelTaskInput', {
  description: 'Cancelling it again changes nothing; a task that ended otherwise fails with INVALID_STATE.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The task.' }),
    reason: t.string({ description: 'The reason, kept in its log; at most 1000 characters.' }),
  }),
});

export const EndTaskInput = builder.inputType('EndTaskInput', {
  description:
    '`result` is only allowed with COMPLETED and `error` only with FAILED; a task that has ended otherwise fails with INVALID_STATE.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The task.' }),
    status: t.field({ type: HandEndingEnum, required: true, description: 'The status to end it with.' }),
    result: t.field({
      type: 'JSON',
      description:
        'COMPLETED: the result, a JSON object of at most 1000000 characters. Its `output` is the text that later tasks of the thread send to their models. Absent: an empty output.',
    }),
    error: t.string({
      description: 'FAILED: the error message, 1 to 10000 characters; the code is ENDED_BY_HAND.',
    }),
  }),
});

export const ExecuteTaskInput = idInput(
  'ExecuteTaskInput',
  'The task.',
  'Only a PENDING task can be queued; others fail with INVALID_STATE.',
);
export const RetryTaskInput = idInput(
  'RetryTaskInput',
  'The task.',
  'Only a FAILED task whose dependencies have completed can be retried; others fail with INVALID_STATE.',
);
export const DeleteTaskInput = idInput(
  'DeleteTaskInput',
  'The task.',
  'A task of an execution cannot be deleted alone; it is deleted with the execution.',
);

export const UpdateTaskInput = builder.inputType('UpdateTaskInput', {
  description:
    'Omitted fields stay unchanged; null removes title, description, target, context, taskParameters, metadata, startAt and expiresAt.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The task.' }),
    title: t.string({
      description:
        'A short title, 1 to 500 characters. A prompt that was composed of these fields is composed again.',
    }),
    description: t.string({ description: 'A detailed description, 1 to 1000000 characters.' }),
    target: t.string({
      description: 'What the work is done on: a host, a repository, a file; 1 to 2000 characters.',
    }),
    context: t.field({
      type: 'JSON',
      description: 'Background information: a JSON object of at most 100000 characters.',
    }),
    taskParameters: t.field({
      type: 'JSON',
      description:
        'Free parameters of the work, stored unchanged: a JSON object of at most 100000 characters.',
    }),
    prompt: t.string({ description: 'The prompt, 1 to 1000000 characters.' }),
    systemPrompt: t.string({
      description: 'Instructions that the model gets before the prompt; null removes them.',
    }),
    model: t.string({ description: 'A model as in `createTask`.' }),
    parameters: t.field({ type: PromptParametersInput, description: 'Replaces all sampling settings.' }),
    priority: t.int({ description: '1 to 10; higher numbers run first.' }),
    tags: t.stringList({
      description: 'Replaces its tags: at most 20 of 1 to 64 characters.',
    }),
    metadata: t.field({
      type: 'JSON',
      description: 'Replaces its metadata: a JSON object of at most 16000 characters; null removes it.',
    }),
    mergeMetadata: t.field({
      type: 'JSON',
      description:
        'Members to set in its metadata, which keeps its others, also those that other clients set at the same time. Where both have an object, only the members of that object are set. Together at most 16000 characters; not with `metadata`.',
    }),
    startAt: t.field({
      type: 'DateTime',
      description:
        'The earliest time at which it starts, at most 365 days ahead; null or a time in the past: as soon as possible. Fails with INVALID_STATE once the task has started, and with VALIDATION_ERROR for a time in the future in a thread with onBusy INTERRUPT.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description:
        'The time at which it fails with EXPIRED if it has not started by then, at most 365 days ahead and after `startAt`; null: it does not expire. Fails with INVALID_STATE once the task has started.',
    }),
  }),
});

export const UpdateTaskPriorityInput = builder.inputType('UpdateTaskPriorityInput', {
  description: 'A task that a worker has already taken fails with INVALID_STATE.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The task.' }),
    priority: t.int({ required: true, description: '1 to 10; higher numbers run first.' }),
  }),
});

export const ProvideTaskInput = builder.inputType('ProvideTaskInput', {
  description: 'Only an unfinished task of an agent accepts messages; others fail with INVALID_STATE.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The task.' }),
    text: t.string({ required: true, description: 'The message for its agent, 1 to 100000 characters.' }),
  }),
});
