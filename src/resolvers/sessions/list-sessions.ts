import { z } from 'zod';
import type { Context } from '../../context.ts';
import type { ChildPage } from '../../store/database/sql-page.ts';
import { listSessions, type SessionRow } from '../../store/sessions/sessions.ts';
import type { Origin, SessionStatus } from '../../vocabulary.ts';
import { type Page, type PageArguments, readPage, toConnection } from '../request/page.ts';
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
  const rows = await listSessions(context.store.database, {
    ...page,
    ownerId: userId,
    status: filter?.status ?? null,
    userLabel: userLabel ?? null,
    origins: filter?.origins ?? null,
    isNamed: filter?.isNamed ?? null,
  });
  return toConnection(page, rows);
}

/** The tasks of a session, newest first. */
export async function tasksOf({ loaders }: Context, session: SessionRow, given: PageArguments) {
  const page = readPage(given);
  return toConnection(page, await loaders.sessionTasks.load(pageOf(session, page)));
}

/** The threads of a session, newest first. */
export async function threadsOf({ loaders }: Context, session: SessionRow, given: PageArguments) {
  const page = readPage(given);
  return toConnection(page, await loaders.sessionThreads.load(pageOf(session, page)));
}

function pageOf({ id }: SessionRow, range: Page): ChildPage {
  return { parentId: id, range };
}
