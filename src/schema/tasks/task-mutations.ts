import { cancelRun, deleteRun } from '../../resolvers/runs/run-lifecycle.ts';
import { endTask } from '../../resolvers/tasks/end-task.ts';
import { provideTaskInput } from '../../resolvers/tasks/provide-input.ts';
import { createTask } from '../../resolvers/tasks/task.ts';
import {
  executeTask,
  retryTask,
  updateTask,
  updateTaskPriority,
} from '../../resolvers/tasks/task-lifecycle.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';
import { builder } from '../builder/builder.ts';
import { taskCost } from '../builder/computation-cost.ts';
import { localId } from '../builder/global-id.ts';
import {
  CancelTaskInput,
  CreateTaskInput,
  DeleteTaskInput,
  EndTaskInput,
  ExecuteTaskInput,
  ProvideTaskInputInput,
  RetryTaskInput,
  UpdateTaskInput,
  UpdateTaskPriorityInput,
} from './create-task-input.ts';
import { TaskType } from './task.ts';

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
    complexity: taskCost,
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
      task: await cancelRun(context, 'task', localTask(input), input.reason ?? null),
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
      await deleteRun(context, 'task', localTask(input));
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
