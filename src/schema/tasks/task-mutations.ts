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
import { deletedPayload } from '../builder/deleted-payload.ts';
import { localId, optionalId } from '../builder/global-id.ts';
import {
  CancelTaskInput,
  CreateTaskInput,
  DeleteTaskInput,
  EndTaskInput,
  ExecuteTaskInput,
  ProvideTaskInput,
  RetryTaskInput,
  UpdateTaskInput,
  UpdateTaskPriorityInput,
} from './create-task-input.ts';
import { newTaskPayload } from './new-task-payload.ts';
import { TaskType } from './task.ts';

function payload(name: string, description: string) {
  return builder.objectRef<{ task: TaskRow }>(name).implement({
    description,
    fields: (t) => ({
      task: t.expose('task', { type: TaskType, description: 'The task after the change.' }),
    }),
  });
}

const CreateTaskPayload = newTaskPayload('CreateTaskPayload', 'A new task.', 'The new task.');
const CancelTaskPayload = payload('CancelTaskPayload', 'A cancelled task.');
const EndTaskPayload = payload('EndTaskPayload', 'An ended task.');
const ExecuteTaskPayload = payload('ExecuteTaskPayload', 'A queued task.');
const RetryTaskPayload = payload('RetryTaskPayload', 'A requeued task.');
const UpdateTaskPayload = payload('UpdateTaskPayload', 'A changed task.');
const UpdateTaskPriorityPayload = payload('UpdateTaskPriorityPayload', 'A changed task.');

const ProvideTaskInputPayload = payload('ProvideTaskInputPayload', 'A task whose agent received a message.');

const DeleteTaskPayload = deletedPayload('DeleteTaskPayload', 'A deleted task.');

builder.mutationFields((t) => ({
  createTask: t.field({
    type: CreateTaskPayload,
    nullable: true,
    description:
      'Creates a task and queues it, unless it has `hold`. Follow it with the subscription `taskEvents`.',
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
      'Cancels a task. When the mutation returns, it writes nothing more and its connection to the provider is closed.',
    args: { input: t.arg({ type: CancelTaskInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      task: await cancelRun(context, 'task', localTask(input), input.reason ?? null),
    }),
  }),
  endTask: t.field({
    type: EndTaskPayload,
    nullable: true,
    description:
      'Ends a task manually as completed or failed. Work in progress stops as with `cancelTask`; tasks that depend on it continue or fail. Ending it again in the same way has no effect.',
    args: { input: t.arg({ type: EndTaskInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      task: await endTask(context, localTask(input), input),
    }),
  }),
  executeTask: t.field({
    type: ExecuteTaskPayload,
    nullable: true,
    description: 'Queues a task that was created with `hold`.',
    args: { input: t.arg({ type: ExecuteTaskInput, required: true }) },
    resolve: async (_root, { input }, context) => ({ task: await executeTask(context, localTask(input)) }),
  }),
  retryTask: t.field({
    type: RetryTaskPayload,
    nullable: true,
    description:
      'Requeues a failed task. It continues from its last checkpoint, with a higher attempt number.',
    args: { input: t.arg({ type: RetryTaskInput, required: true }) },
    resolve: async (_root, { input }, context) => ({ task: await retryTask(context, localTask(input)) }),
  }),
  updateTask: t.field({
    type: UpdateTaskPayload,
    nullable: true,
    description:
      'Updates a task: its descriptive fields at any time, its prompt and settings until a worker starts it.',
    args: { input: t.arg({ type: UpdateTaskInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      task: await updateTask(context, localTask(input), input),
    }),
  }),
  updateTaskPriority: t.field({
    type: UpdateTaskPriorityPayload,
    nullable: true,
    description: 'Changes the priority of a task that no worker has started yet.',
    args: { input: t.arg({ type: UpdateTaskPriorityInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      task: await updateTaskPriority(context, localTask(input), input.priority),
    }),
  }),
  provideTaskInput: t.field({
    type: ProvideTaskInputPayload,
    nullable: true,
    description:
      'Sends a message to the agent of an unfinished task: the answer to its question if it is WAITING, otherwise input for its next turn.',
    args: { input: t.arg({ type: ProvideTaskInput, required: true }) },
    resolve: async (_root, { input }, context) => ({
      task: await provideTaskInput(context, localTask(input), { text: input.text }),
    }),
  }),
  deleteTask: t.field({
    type: DeleteTaskPayload,
    nullable: true,
    description: 'Deletes a task and its log. An unfinished task is cancelled first.',
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

/** The input with local ids. */
function withLocalIds(input: typeof CreateTaskInput.$inferInput) {
  return {
    ...input,
    agentId: optionalId('Agent', input.agentId, 'input.agentId'),
    templateId: optionalId('Template', input.templateId, 'input.templateId'),
    threadId: optionalId('Thread', input.threadId, 'input.threadId'),
    sessionId: optionalId('Session', input.sessionId, 'input.sessionId'),
    dependsOn: input.dependsOn?.map((id, index) => localId('Task', id, `input.dependsOn.${index}`)),
  };
}
