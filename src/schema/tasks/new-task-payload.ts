import { edgeOf } from '../../resolvers/request/run-page.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';
import { builder } from '../builder/builder.ts';
import { TaskType } from './task.ts';
import { TaskEdge } from './task-queries.ts';

/** The payload of a mutation that creates a task. */
export function newTaskPayload(name: string, description: string, task: string) {
  return builder.objectRef<{ task: TaskRow }>(name).implement({
    description,
    fields: (t) => ({
      task: t.expose('task', { type: TaskType, description: task }),
      taskEdge: t.field({
        type: TaskEdge,
        description:
          'The task as an edge of `tasks`, `Session.tasks` and `Thread.tasks` in their default order, to add it to a cached list.',
        resolve: ({ task }, _arguments, context) => edgeOf(context, task),
      }),
    }),
  });
}
