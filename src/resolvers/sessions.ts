import type { Context } from '../context.ts';
import { listSessions } from '../store/sessions.ts';
import type { SessionStatus } from '../vocabulary.ts';
import { type PageArguments, readPage, toConnection } from './page.ts';
import { requireViewer } from './viewer.ts';

export interface SessionFilter {
  status?: SessionStatus | null | undefined;
  userLabel?: string | null | undefined;
}

/** The viewer's sessions, newest first. */
export async function sessions(
  context: Context,
  given: PageArguments,
  filter: SessionFilter | null | undefined,
) {
  const { userId } = requireViewer(context);
  const page = readPage(given);
  const rows = await listSessions(context.store.database, {
    ...page,
    ownerId: userId,
    status: filter?.status ?? null,
    userLabel: filter?.userLabel ?? null,
  });
  return toConnection(page, rows);
}
