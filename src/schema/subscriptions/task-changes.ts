import { type TaskChange, taskChanges } from '../../resolvers/tasks/task-changes.ts';
import { builder } from '../builder/builder.ts';
import { globalId } from '../builder/global-id.ts';
import { TaskType } from '../tasks/task.ts';
import { localTaskFilter, TaskFilter } from '../tasks/task-filter.ts';
import { cursorAfter } from './resume.ts';

const TaskChangeType = builder.objectRef<TaskChange>('TaskChange').implement({
  description:
    'A payload of `taskChanges`. The first has no task; its cursor is a position to resume from. Then one follows each time a task changes. Several changes in a short time are reported once.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description:
        'Pass the last cursor that you received as `after` to miss nothing. A cursor is accepted for 30 days, as that of `activity`.',
    }),
    taskId: t.id({
      nullable: true,
      description: 'Id of the task that changed. Null in the first payload.',
      resolve: ({ taskId }) => (taskId === null ? null : globalId('Task', taskId)),
    }),
    task: t.field({
      type: TaskType,
      nullable: true,
      description:
        'The task, if the list has it now: add or replace it. Null: remove it from the list, if it is there.',
      resolve: ({ taskId, isListed }, _arguments, { loaders }) =>
        taskId !== null && isListed ? loaders.tasks.load(taskId) : null,
    }),
  }),
});

builder.subscriptionField('taskChanges', (t) =>
  t.field({
    type: TaskChangeType,
    nullable: true,
    description:
      'The changes of the list `tasks(filter)`: which of its tasks are new or different, and which are no longer in it. Read the list after the first payload, then apply the others. The stream does not end by itself.',
    args: {
      filter: t.arg({
        type: TaskFilter,
        description: 'The filter of the list; null matches everything.',
      }),
      after: t.arg.string({
        description: 'The last cursor that you received, from any feed; absent: only changes from now on.',
      }),
    },
    subscribe: (_root, { filter, after }, context) =>
      taskChanges(context, localTaskFilter(filter), cursorAfter(context, after)),
    resolve: (change) => change,
  }),
);
