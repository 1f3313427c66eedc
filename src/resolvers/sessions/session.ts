import type { z } from 'zod';
import type { Context, Viewer } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { withFreshId } from '../../store/database/fresh-id.ts';
import { findSessions, type SessionRow } from '../../store/sessions/sessions.ts';
import {
  changeSession,
  insertSession,
  deleteSession as removeSession,
} from '../../store/sessions/update-session.ts';
import { openRelocatedWorkspace } from '../../workspaces/relocated-workspace.ts';
import { makeWorkspace, openWorkspace, workspaceSettings } from '../../workspaces/workspaces.ts';
import { withoutNulls } from '../request/fields.ts';
import { requireBytes, requireObject } from '../request/quota.ts';
import { validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { removeOwnFolder } from './own-folder.ts';
import { newSession, sessionChange } from './session-input.ts';

/** @throws DomainError VALIDATION_ERROR */
export async function createSession(context: Context, input: unknown): Promise<SessionRow> {
  const viewer = requireViewer(context);
  const given = validate(newSession, input, 'input');
  await requireObject(context, given);
  const fresh = {
    ownerId: viewer.userId,
    origin: context.origin,
    namedDirectory: given.workingDirectory ?? null,
    name: given.name ?? null,
    description: given.description ?? null,
    settings: withoutNulls(given.settings ?? {}),
    userLabel: given.userLabel ?? null,
    costLimit: given.costLimit?.toFixed(12) ?? null,
  };
  return withFreshId({ origin: context.origin, kind: 'session' }, async (id) => {
    const workingDirectory = await directoryFor(context, viewer, given, id);
    return insertSession(context.store, { id, ...fresh, workingDirectory });
  });
}

function directoryFor(
  { config, localAdminId }: Context,
  viewer: Viewer,
  { workingDirectory: named, relocateDirectory }: z.output<typeof newSession>,
  id: string,
): Promise<string> {
  const settings = workspaceSettings(config, localAdminId);
  if (!named) return makeWorkspace(settings, viewer, id);
  const open = relocateDirectory ? openRelocatedWorkspace : openWorkspace;
  return open(settings, viewer, named, 'input.workingDirectory');
}

/** @throws DomainError NOT_FOUND, also for another user's session @param field the argument that names it */
export async function session(context: Context, id: string, field = 'id'): Promise<SessionRow> {
  const { userId } = requireViewer(context);
  const [found] = await findSessions(context.store.database, userId, [id]);
  if (!found) throw new DomainError('NOT_FOUND', `${field}: there is no such session`, { field });
  return found;
}

/** The session for a new object. @throws DomainError NOT_FOUND, INVALID_STATE when it is not active */
export async function activeSession(context: Context, id: string, field: string): Promise<SessionRow> {
  const found = await session(context, id, field);
  if (found.status === 'active') return found;
  const message = `${field}: the session is ${found.status}: only an active session accepts tasks and threads`;
  throw new DomainError('INVALID_STATE', message, { field });
}

/** @throws DomainError NOT_FOUND */
export async function updateSession(context: Context, id: string, input: unknown): Promise<SessionRow> {
  const { userId } = requireViewer(context);
  const { name, description, status, settings, costLimit } = validate(sessionChange, input, 'input');
  await requireBytes(context, input);
  const isFound = await changeSession(
    context.store,
    { id, ownerId: userId },
    {
      ...(name !== undefined ? { name } : {}),
      ...(description !== undefined ? { description } : {}),
      ...(status ? { status } : {}),
      ...(settings ? { settings } : {}),
      ...(costLimit !== undefined ? { costLimit: costLimit?.toFixed(12) ?? null } : {}),
    },
  );
  if (!isFound) throw notFound();
  return session(context, id);
}

/** Ends unfinished runs in it, and subscriptions to it. @throws DomainError NOT_FOUND */
export async function deleteSession(context: Context, id: string): Promise<void> {
  const { userId } = requireViewer(context);
  const { workingDirectory } = await session(context, id, 'input.id');
  if (!(await removeSession(context.store, { id, ownerId: userId }))) throw notFound();
  await removeOwnFolder(context, workingDirectory, id);
}

function notFound(): DomainError {
  return new DomainError('NOT_FOUND', 'input.id: there is no such session', { field: 'input.id' });
}
