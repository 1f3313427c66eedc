import type { Context } from '../context.ts';
import { listTasks } from '../store/list-tasks.ts';
import type { RunStatus } from '../vocabulary.ts';
import { type PageArguments, readPage, toConnection } from './page.ts';
import { requireViewer } from './viewer.ts';

export interface TaskFilter {
  status?: RunStatus | null | undefined;
  threadId?: string | null | undefined;
  executionId?: string | null | undefined;
  sessionId?: string | null | undefined;
  templateName?: string | null | undefined;
}

/**
 * The viewer's tasks, newest first.
 * @param columns that are needed of them, as in the store's listing
 */
export async function tasks(
  context: Context,
  given: PageArguments,
  filter: TaskFilter | null | undefined,
  columns: ReadonlySet<string>,
) {
  const { userId } = requireViewer(context);
  const page = readPage(given);
  const rows = await listTasks(context.store.database, {
    ...page,
    ownerId: userId,
    status: filter?.status ?? null,
    threadId: filter?.threadId ?? null,
    executionId: filter?.executionId ?? null,
    sessionId: filter?.sessionId ?? null,
    templateName: filter?.templateName ?? null,
    columns,
  });
  return toConnection(page, rows);
}
