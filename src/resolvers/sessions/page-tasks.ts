import type { Context } from '../../context.ts';
import type { FeedItem } from '../../store/log/feeds/feed.ts';
import { LONG_COLUMNS, readListedTasks, type TaskColumns } from '../../store/tasks/list-tasks.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';

type Tasks = Map<string, TaskRow>;

/** The tasks of which a page of a feed has events or changes. */
export interface PageTasks {
  ids: readonly string[];
  /** By the columns that are read: documents that need the same ones share them. */
  reads: Map<string, Promise<Tasks>>;
}

export function createPageTasks(items: readonly FeedItem[]): PageTasks {
  const ids = items.flatMap(({ event, change }) => {
    if (change) return change.kind === 'task' ? [change.subjectId] : [];
    return event.runKind === 'task' ? [event.runId] : [];
  });
  return { ids: [...new Set(ids)], reads: new Map() };
}

/**
 * The task of an event. All tasks of its page are read in one statement, after the events were: what changes later has
 * an event on a later page. Long columns are read for each event alone, because those of a page may be too many.
 */
export async function taskOfPage(
  { store, loaders }: Context,
  { ids, reads }: PageTasks,
  id: string,
  columns: TaskColumns,
): Promise<TaskRow | null> {
  if (columns.some((column) => LONG_COLUMNS.has(column))) return loaders.tasks.load(id);
  const key = columns.join(' ');
  const read = reads.get(key) ?? readListedTasks(store.database, ids, columns);
  reads.set(key, read);
  // One that failed is not repeated by those who share it, but by who comes after them.
  const tasks = await read.catch((error) => {
    reads.delete(key);
    throw error;
  });
  return tasks.get(id) ?? null;
}
