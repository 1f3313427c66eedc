import type { Context } from '../../context.ts';
import { listOrchestrations } from '../../store/orchestrations/orchestrations.ts';
import type { RunStatus } from '../../vocabulary.ts';
import { type PageArguments, readPage, toConnection } from '../request/page.ts';
import { requireViewer } from '../request/viewer.ts';

export interface OrchestrationFilter {
  status?: RunStatus | null | undefined;
  threadId?: string | null | undefined;
  sessionId?: string | null | undefined;
}

/** The viewer's orchestrations, newest first. */
export async function orchestrations(context: Context, given: PageArguments, filter: OrchestrationFilter) {
  const { userId } = requireViewer(context);
  const page = readPage(given);
  const rows = await listOrchestrations(context.store.database, {
    ...page,
    ownerId: userId,
    status: filter.status ?? null,
    threadId: filter.threadId ?? null,
    sessionId: filter.sessionId ?? null,
  });
  return toConnection(page, rows);
}
