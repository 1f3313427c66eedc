import { builder } from '../builder/builder.ts';
import { PromptParametersInput } from '../runs/prompt-parameters.ts';
import { HandEndingEnum, TaskKindEnum } from '../runs/task-enums.ts';

export const CreateTaskInput = builder.inputType('CreateTaskInput', {
  fields: (t) => ({
    kind: t.field({
      type: TaskKindEnum,
      description: 'Absent: TEMPLATE when a template is named, AGENT when an agent is, else PROMPT.',
    }),
    type: t.string({
      description:
        'What kind of work it is: `code`, `security_scan`. Chooses the agent of an AGENT that names none, and has a say in the model where none is named.',
    }),
    title: t.string({ description: 'What it is about, for people; 1 to 500 characters.' }),
    description: t.string({ description: 'The same at length, 1 to 1000000 characters.' }),
    target: t.string({
      description: 'What the work is done on: a host, a repository, a file; 1 to 2000 characters.',
    }),
    context: t.field({
      type: 'JSON',
      description: 'What is to be known about it: an object of at most 100000 characters.',
    }),
    taskParameters: t.field({
      type: 'JSON',
      description: 'Free parameters of the work, kept as they are: an object of at most 100000 characters.',
    }),
    agentId: t.id({
      description: 'Who does it, when its kind is AGENT. Absent: chosen by `type`, your own agents first.',
    }),
    maxIterations: t.int({
      description: "Turns of its agent's model, 1 to 1000; the agent's own limit holds as well.",
    }),
    prompt: t.string({
      description:
        'PROMPT, AGENT: what the model is asked, word for word, 1 to 1000000 characters. Absent: composed of title, description, target, taskParameters and context; it needs a title or a description.',
    }),
    system: t.string({ description: 'A system prompt.' }),
    model: t.string({
      description:
        'An id of the catalog, or of a configured provider (`gpt-4o`, `openai/gpt-4o`), sent verbatim. Absent: chosen.',
    }),
    parameters: t.field({ type: PromptParametersInput, description: 'Sampling settings.' }),
    templateId: t.id({ description: 'TEMPLATE: which one; or give its name.' }),
    templateName: t.string({ description: 'TEMPLATE: which one, by its name.' }),
    templateParameters: t.field({
      type: 'JSON',
      description: 'TEMPLATE: an object, values by the names of its parameters.',
    }),
    fallbackModels: t.stringList({
      description:
        'At most 5 models to ask instead, in this order, when the one before fails for reasons that another may not have.',
    }),
    responseSchema: t.field({
      type: 'JSON',
      description: 'A JSON Schema that the answer has to meet; `result.data` is then the answer as JSON.',
    }),
    maxCost: t.float({
      description:
        'US dollars that its model calls may cost together. An answer that does not fit is shortened, or the task fails with BUDGET_EXCEEDED.',
    }),
    threadId: t.id({
      description: 'A conversation; the model is sent its completed turns before the prompt.',
    }),
    sessionId: t.id({
      description: "An active session that it is to be in. Absent: its thread's, if that is in one.",
    }),
    priority: t.int({ description: '1 to 10; a higher number runs first. Absent: 5.' }),
    hold: t.boolean({ description: 'True: it stays PENDING until `executeTask`.' }),
    predict: t.boolean({
      description: 'True: `prediction` tells what is to be expected of it, and is kept with it.',
    }),
    dependsOn: t.idList({
      description: 'At most 100 tasks that have to complete first; when one fails, so does this one.',
    }),
    idempotencyKey: t.string({
      description:
        'Equal requests with one key make one task, also at the same time; another request with it is a CONFLICT.',
    }),
  }),
});

export const CancelTaskInput = builder.inputType('CancelTaskInput', {
  fields: (t) => ({
    id: t.id({ required: true, description: 'The task.' }),
    reason: t.string({ description: 'Why, for its log; at most 1000 characters.' }),
  }),
});

export const EndTaskInput = builder.inputType('EndTaskInput', {
  fields: (t) => ({
    id: t.id({ required: true, description: 'The task.' }),
    status: t.field({ type: HandEndingEnum, required: true, description: 'Where it is to stand.' }),
    result: t.field({
      type: 'JSON',
      description:
        'COMPLETED: what came of it, an object of at most 1000000 characters; `output` is its text, which tasks of its thread are sent. Absent: an empty output.',
    }),
    error: t.string({
      description: 'FAILED: why, 1 to 10000 characters; the code is ENDED_BY_HAND.',
    }),
  }),
});

const TaskIdInput = (name: string) =>
  builder.inputType(name, {
    fields: (t) => ({ id: t.id({ required: true, description: 'The task.' }) }),
  });
export const ExecuteTaskInput = TaskIdInput('ExecuteTaskInput');
export const RetryTaskInput = TaskIdInput('RetryTaskInput');
export const DeleteTaskInput = TaskIdInput('DeleteTaskInput');

export const UpdateTaskInput = builder.inputType('UpdateTaskInput', {
  description:
    'What is absent stays as it is; null takes away title, description, target, context and taskParameters.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The task.' }),
    title: t.string({
      description:
        'What it is about, for people; 1 to 500 characters. A prompt that was composed of this is composed anew.',
    }),
    description: t.string({ description: 'The same at length, 1 to 1000000 characters.' }),
    target: t.string({
      description: 'What the work is done on: a host, a repository, a file; 1 to 2000 characters.',
    }),
    context: t.field({
      type: 'JSON',
      description: 'What is to be known about it: an object of at most 100000 characters.',
    }),
    taskParameters: t.field({
      type: 'JSON',
      description: 'Free parameters of the work, kept as they are: an object of at most 100000 characters.',
    }),
    prompt: t.string({ description: 'What the model is asked, 1 to 1000000 characters.' }),
    system: t.string({ description: 'A system prompt; null takes it away.' }),
    model: t.string({ description: 'As in `createTask`.' }),
    parameters: t.field({ type: PromptParametersInput, description: 'All of the sampling settings.' }),
    priority: t.int({ description: '1 to 10; a higher number runs first.' }),
  }),
});

export const UpdateTaskPriorityInput = builder.inputType('UpdateTaskPriorityInput', {
  fields: (t) => ({
    id: t.id({ required: true, description: 'The task.' }),
    priority: t.int({ required: true, description: '1 to 10; a higher number runs first.' }),
  }),
});

export const ProvideTaskInputInput = builder.inputType('ProvideTaskInputInput', {
  fields: (t) => ({
    id: t.id({ required: true, description: 'The task.' }),
    text: t.string({ required: true, description: 'What you say to its agent, 1 to 100000 characters.' }),
  }),
});
