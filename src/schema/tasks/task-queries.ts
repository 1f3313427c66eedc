import { tasks } from '../../resolvers/tasks/list-tasks.ts';
import { task } from '../../resolvers/tasks/task.ts';
import { builder } from '../builder/builder.ts';
import { localId } from '../builder/global-id.ts';
import { taskColumns } from '../builder/listed-columns.ts';
import { runPageCost } from '../builder/page-cost.ts';
import { TaskType } from './task.ts';
import { localTaskFilter, taskListArguments } from './task-filter.ts';

export const TaskEdge = builder.edgeObject({
  type: TaskType,
  name: 'TaskEdge',
  description: 'A task with its position in a list.',
});
export const TaskConnection = builder.connectionObject(
  { type: TaskType, name: 'TaskConnection', description: 'A page of tasks.' },
  TaskEdge,
);

builder.queryFields((t) => ({
  task: t.field({
    type: TaskType,
    nullable: true,
    description: "One of the viewer's tasks.",
    args: { id: t.arg.id({ required: true, description: 'The task.' }) },
    resolve: (_root, { id }, context) => task(context, localId('Task', id)),
  }),
  tasks: t.connection(
    {
      type: TaskType,
      nullable: true,
      description: "The viewer's tasks. `first`: 0 to 100, or `last`: 1 to 100; default 20.",
      complexity: runPageCost,
      args: taskListArguments,
      resolve: (_root, { filter, ...page }, context, info) =>
        tasks(context, { ...page, ...localTaskFilter(filter) }, taskColumns(info)),
    },
    TaskConnection,
  ),
}));
