import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { withFreshId } from '../../store/database/fresh-id.ts';
import { changeThread, findThreads, insertThread, type ThreadRow } from '../../store/threads/threads.ts';
import { ON_BUSY } from '../../vocabulary.ts';
import { MAX_LONG_PROMPT } from '../request/fields.ts';
import { requireBytes, requireObject } from '../request/quota.ts';
import { text, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { activeSession } from '../sessions/session.ts';

/** The type of work, as named by the client. */
export const domain = text({ min: 1, max: 100 });

const newThread = z.object({
  title: text({ min: 1, max: 200 }).nullish(),
  sessionId: z.string().nullish(),
  originalPrompt: text({ min: 1, max: MAX_LONG_PROMPT }).nullish(),
  domain: domain.nullish(),
  context: text({ min: 1, max: MAX_LONG_PROMPT }).nullish(),
  onBusy: z.enum(ON_BUSY).nullish(),
});

const threadChange = newThread.pick({ title: true, domain: true, context: true, onBusy: true });

/** @throws DomainError NOT_FOUND, INVALID_STATE for its session */
export async function createThread(context: Context, input: unknown): Promise<ThreadRow> {
  const { userId } = requireViewer(context);
  const { title, sessionId, ...given } = validate(newThread, input, 'input');
  await requireObject(context, input);
  if (sessionId) await activeSession(context, sessionId, 'input.sessionId');
  const fresh = {
    ownerId: userId,
    sessionId: sessionId ?? null,
    title: title ?? null,
    originalPrompt: given.originalPrompt ?? null,
    domain: given.domain ?? null,
    context: given.context ?? null,
    onBusy: given.onBusy ?? 'queue',
  } as const;
  const created = await withFreshId({ origin: context.origin, kind: 'thread' }, (id) =>
    insertThread(context.store, { id, ...fresh }),
  );
  if (created) return created;
  const message = 'input.sessionId: the session was closed meanwhile';
  throw new DomainError('INVALID_STATE', message, { field: 'input.sessionId' });
}

/** @throws DomainError NOT_FOUND, VALIDATION_ERROR */
export async function updateThread(context: Context, id: string, input: unknown): Promise<ThreadRow> {
  const { userId } = requireViewer(context);
  const change = validate(threadChange, input, 'input');
  await requireBytes(context, change);
  const changed = await changeThread(context.store, { id, ownerId: userId }, change);
  if (!changed) throw notFound('input.id');
  return changed;
}

/** @throws DomainError NOT_FOUND, also for another user's thread @param field the argument that names it */
export async function thread(context: Context, id: string, field = 'id'): Promise<ThreadRow> {
  const { userId } = requireViewer(context);
  const [found] = await findThreads(context.store.database, userId, [id]);
  if (!found) throw notFound(field);
  return found;
}

function notFound(field: string): DomainError {
  return new DomainError('NOT_FOUND', `${field}: there is no such thread`, { field });
}
