import { z } from 'zod';
import type { Context } from '../../context.ts';
import { listSessions, type SessionRow } from '../../store/sessions/sessions.ts';
import type { Origin, SessionStatus } from '../../vocabulary.ts';
import { connect, type PageArguments, readPage } from '../request/page.ts';
import { text, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';

export interface SessionFilter {
  status?: SessionStatus | null | undefined;
  userLabel?: string | null | undefined;
  origins?: Origin[] | null | undefined;
  isNamed?: boolean | null | undefined;
}

const searched = z.object({ userLabel: text({ max: 200 }).nullish() });

/** The viewer's sessions, newest first. */
export async function sessions(
  context: Context,
  given: PageArguments,
  filter: SessionFilter | null | undefined,
) {
  const { userId } = requireViewer(context);
  const page = readPage(given);
  const { userLabel } = validate(searched, { ...filter }, 'filter');
  const found = listSessions(context.store.database, {
    ownerId: userId,
    status: filter?.status ?? null,
    userLabel: userLabel ?? null,
    origins: filter?.origins ?? null,
    isNamed: filter?.isNamed ?? null,
  });
  return connect(page, found);
}

/** The threads of a session, newest first. */
export async function threadsOf({ loaders }: Context, { id }: SessionRow, given: PageArguments) {
  return connect(readPage(given), {
    read: (range) => loaders.sessionThreads.load({ parentId: id, range }),
    count: () => loaders.sessionThreadCounts.load(id),
  });
}
