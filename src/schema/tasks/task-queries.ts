import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import { tasks } from '../../resolvers/tasks/list-tasks.ts';
import { task } from '../../resolvers/tasks/task.ts';
import { builder } from '../builder/builder.ts';
import { localId } from '../builder/global-id.ts';
import { mentionedFields } from '../builder/mentioned-fields.ts';
import { pageArguments } from '../builder/page-arguments.ts';
import { pageCost } from '../builder/page-cost.ts';
import { TaskType } from './task.ts';
import { localTaskFilter, TaskFilter } from './task-filter.ts';

const CURSORS = ['cursor', 'startCursor', 'endCursor'];

/** Columns that a list has to read: those of the fields' own names, unless a field declares others in its extensions. */
function listedColumns(info: GraphQLResolveInfo): ReadonlySet<string> {
  const fields = mentionedFields(info);
  const declared = (info.schema.getType('Task') as GraphQLObjectType).getFields();
  const columns = [...fields].flatMap((name) => declared[name]?.extensions.columns ?? [name]);
  return new Set(CURSORS.some((name) => fields.has(name)) ? [...columns, 'createdAtText'] : columns);
}

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
      description: "The viewer's tasks, newest first. `first` or `last`: 1 to 100, default 20.",
      complexity: pageCost,
      args: {
        ...pageArguments,
        filter: t.arg({
          type: TaskFilter,
          description: 'Only items that match all of its fields; null matches everything.',
        }),
      },
      resolve: (_root, { filter, ...page }, context, info) =>
        tasks(context, page, localTaskFilter(filter), listedColumns(info)),
    },
    TaskConnection,
  ),
}));
