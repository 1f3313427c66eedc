import type { Context } from '../../context.ts';
import { listTasks, type TaskColumns, type TasksOfParent } from '../../store/tasks/list-tasks.ts';
import { connect } from '../request/page.ts';
import { type GivenRunFilter, runFilter } from '../request/run-filter.ts';
import { type RunPageArguments, readRunPage } from '../request/run-page.ts';
import { requireViewer } from '../request/viewer.ts';

export interface TaskListArguments extends RunPageArguments {
  filter?: GivenRunFilter | null | undefined;
  /** null: tasks that are not parts of an execution. */
  executionId?: string | null | undefined;
}

/** The viewer's tasks. @param columns as in the store's listing */
export async function tasks(
  context: Context,
  { filter, executionId, ...given }: TaskListArguments,
  columns: TaskColumns,
) {
  const { userId: ownerId } = requireViewer(context);
  const { page, order } = readRunPage(given);
  const selection = { ownerId, filter: runFilter(filter), executionId: executionId ?? null };
  return connect(page, listTasks(context.store.database, { ...selection, order, columns }));
}

/** The tasks of a session or thread. @param columns as in the store's listing */
export async function tasksOf(
  context: Context,
  { parent, id }: Pick<TasksOfParent, 'parent'> & { id: string },
  { filter, executionId, ...given }: TaskListArguments,
  columns: TaskColumns,
) {
  const { page, order } = readRunPage(given);
  const { loaders } = context;
  const { userId: ownerId } = requireViewer(context);
  const selection = { ownerId, filter: runFilter(filter), executionId: executionId ?? null };
  const children = { parent, ...selection };
  return connect(page, {
    read: (range) => loaders.tasksOf.load({ parentId: id, range: { ...children, order, range, columns } }),
    count: () => loaders.taskCounts.load({ parentId: id, range: children }),
  });
}
