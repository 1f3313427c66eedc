import type { Context } from '../context.ts';
import { listTasks } from '../store/tasks.ts';
import type { RunStatus } from '../vocabulary.ts';
import { type PageArguments, readPage, toConnection } from './page.ts';
import { requireViewer } from './viewer.ts';

export interface TaskFilter {
  status?: RunStatus | null | undefined;
  threadId?: string | null | undefined;
  sessionId?: string | null | undefined;
}

/** The viewer's tasks, newest first. */
export async function tasks(context: Context, given: PageArguments, filter: TaskFilter | null | undefined) {
  const { userId } = requireViewer(context);
  const page = readPage(given);
  const rows = await listTasks(context.store.database, {
    ...page,
    ownerId: userId,
    status: filter?.status ?? null,
    threadId: filter?.threadId ?? null,
    sessionId: filter?.sessionId ?? null,
  });
  return toConnection(page, rows);
}
