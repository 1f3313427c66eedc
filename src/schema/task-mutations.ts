import { endTask } from '../resolvers/end-task.ts';
import { provideTaskInput } from '../resolvers/provide-input.ts';
import { createTask } from '../resolvers/task.ts';
import {
  cancelTask,
  deleteTask,
  executeTask,
  retryTask,
  updateTask,
  updateTaskPriority,
} from '../resolvers/task-moves.ts';
import type { TaskRow } from '../store/tasks.ts';
import { builder } from './builder.ts';
import { HandEndingEnum, TaskKindEnum } from './enums.ts';
import { localId } from './global-id.ts';
import { PromptParametersInput } from './parts.ts';
import { TaskType } from './task.ts';

const CreateTaskInput = builder.inputType('CreateTaskInput', {
  fields: (t) => ({
    kind: t.field({
      type: TaskKindEnum,
      description: 'Absent: TEMPLATE when a template is named, AGENT when an agent is, else PROMPT.',
    }),
    type: t.string({
      description:
        'What kind of work it is: `code`, `security_scan`. Chooses the agent of a task that names none.',
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
    dependsOn: t.idList({
      description: 'At most 100 tasks that have to complete first; when one fails, so does this one.',
    }),
    idempotencyKey: t.string({
      description:
        'Equal requests with one key make one task, also at the same time; another request with it is a CONFLICT.',
    }),
  }),
});

const CancelTaskInput = builder.inputType('CancelTaskInput', {
  fields: (t) => ({
    id: t.id({ required: true, description: 'The task.' }),
    reason: t.string({ description: 'Why, for its log; at most 1000 characters.' }),
  }),
});

const EndTaskInput = builder.inputType('EndTaskInput', {
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
const ExecuteTaskInput = TaskIdInput('ExecuteTaskInput');
const RetryTaskInput = TaskIdInput('RetryTaskInput');
const DeleteTaskInput = TaskIdInput('DeleteTaskInput');

const UpdateTaskInput = builder.inputType('UpdateTaskInput', {
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
  }),
});

const UpdateTaskPriorityInput = builder.inputType('UpdateTaskPriorityInput', {
  fields: (t) => ({
    id: t.id({ required: true, description: 'The task.' }),
    priority: t.int({ required: true, description: '1 to 10; a higher number runs first.' }),
  }),
});

function payload(name: string, description: string) {
  return builder.objectRef<{ task: TaskRow }>(name).implement({
    description,
    fields: (t) => ({ task: t.expose('task', { type: TaskType, description: 'The task, as it is now.' }) }),
  });
}

const CreateTaskPayload = payload('CreateTaskPayload', 'A fresh task.');
const CancelTaskPayload = payload('CancelTaskPayload', 'A cancelled task.');
const EndTaskPayload = payload('EndTaskPayload', 'An ended task.');
const ExecuteTaskPayload = payload('ExecuteTaskPayload', 'A task that waits for a worker.');
const RetryTaskPayload = payload('RetryTaskPayload', 'A task that waits for a worker again.');
const UpdateTaskPayload = payload('UpdateTaskPayload', 'A changed task.');
const UpdateTaskPriorityPayload = payload('UpdateTaskPriorityPayload', 'A changed task.');

const ProvideTaskInputInput = builder.inputType('ProvideTaskInputInput', {
  fields: (t) => ({
    id: t.id({ required: true, description: 'The task.' }),
    text: t.string({ required: true, description: 'What you say to its agent, 1 to 100000 characters.' }),
  }),
});
const ProvideTaskInputPayload = payload('ProvideTaskInputPayload', 'A task whose agent has been told.');

const DeleteTaskPayload = builder.objectRef<{ deletedId: string }>('DeleteTaskPayload').implement({
  description: 'A task that is no more.',
  fields: (t) => ({
    deletedId: t.id({ description: 'The id that it had.', resolve: ({ deletedId }) => deletedId }),
  }),
});

builder.mutationFields((t) => ({
  createTask: t.field({
    type: CreateTaskPayload,
    nullable: true,
    description:
      'Makes a task and, unless it is held, queues it. Follow it with the subscription `taskEvents`.',
    args: { input: t.arg({ type: CreateTaskInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      task: await createTask(context, withLocalIds(input)),
    }),
  }),
  cancelTask: t.field({
    type: CancelTaskPayload,
    nullable: true,
    description:
      "Ends a task. After the answer it writes nothing more, and the provider's connection is closed.",
    args: { input: t.arg({ type: CancelTaskInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      task: await cancelTask(context, localTask(input), input.reason ?? null),
    }),
  }),
  endTask: t.field({
    type: EndTaskPayload,
    nullable: true,
    description:
      'Ends a task by hand, done or failed. What is at work on it stops as at `cancelTask`; tasks that wait for it go on, or fail. Ending it again in the same way changes nothing.',
    args: { input: t.arg({ type: EndTaskInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      task: await endTask(context, localTask(input), input),
    }),
  }),
  executeTask: t.field({
    type: ExecuteTaskPayload,
    nullable: true,
    description: 'Queues a task that was made with `hold`.',
    args: { input: t.arg({ type: ExecuteTaskInput, required: true }) },
    resolve: async (_root, { input }, context) => ({ task: await executeTask(context, localTask(input)) }),
  }),
  retryTask: t.field({
    type: RetryTaskPayload,
    nullable: true,
    description: 'Queues a failed task again; it goes on from its last checkpoint, with a higher attempt.',
    args: { input: t.arg({ type: RetryTaskInput, required: true }) },
    resolve: async (_root, { input }, context) => ({ task: await retryTask(context, localTask(input)) }),
  }),
  updateTask: t.field({
    type: UpdateTaskPayload,
    nullable: true,
    description:
      'Changes a task: what it is about at any time, and what its model is asked until a worker takes it.',
    args: { input: t.arg({ type: UpdateTaskInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      task: await updateTask(context, localTask(input), input),
    }),
  }),
  updateTaskPriority: t.field({
    type: UpdateTaskPriorityPayload,
    nullable: true,
    description: 'Moves a task that no worker has taken yet forward or back in the queue.',
    args: { input: t.arg({ type: UpdateTaskPriorityInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      task: await updateTaskPriority(context, localTask(input), input.priority),
    }),
  }),
  provideTaskInput: t.field({
    type: ProvideTaskInputPayload,
    nullable: true,
    description:
      'Says something to the agent of a task that is not finished: the answer to its question, when it is WAITING, else what its model is told at its next turn.',
    args: { input: t.arg({ type: ProvideTaskInputInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      task: await provideTaskInput(context, localTask(input), { text: input.text }),
    }),
  }),
  deleteTask: t.field({
    type: DeleteTaskPayload,
    nullable: true,
    description: 'Takes a task and its log away. One that is not finished is cancelled first.',
    args: { input: t.arg({ type: DeleteTaskInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      await deleteTask(context, localTask(input));
      return { deletedId: input.id };
    },
  }),
}));

function localTask({ id }: { id: string }): string {
  return localId('Task', id, 'input.id');
}

/** The input with the ids that GraphQL printed turned into our own. */
function withLocalIds(input: typeof CreateTaskInput.$inferInput) {
  return {
    ...input,
    agentId: input.agentId && localId('Agent', input.agentId, 'input.agentId'),
    templateId: input.templateId && localId('Template', input.templateId, 'input.templateId'),
    threadId: input.threadId && localId('Thread', input.threadId, 'input.threadId'),
    sessionId: input.sessionId && localId('Session', input.sessionId, 'input.sessionId'),
    dependsOn: input.dependsOn?.map((id, index) => localId('Task', id, `input.dependsOn.${index}`)),
  };
}
