import type { Context } from '../../context.ts';
import { listThreads } from '../../store/threads/threads.ts';
import { connect, type PageArguments, readPage } from '../request/page.ts';
import { requireViewer } from '../request/viewer.ts';

export interface ThreadFilter {
  sessionId?: string | null | undefined;
}

/** The viewer's threads, newest first. */
export async function threads(context: Context, given: PageArguments, filter: ThreadFilter) {
  const { userId } = requireViewer(context);
  const page = readPage(given);
  const found = listThreads(context.store.database, {
    ownerId: userId,
    sessionId: filter.sessionId ?? null,
  });
  return connect(page, found);
}
