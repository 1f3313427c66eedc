import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import type { SessionRow } from '../../store/sessions/sessions.ts';
import { activeSession } from '../sessions/session.ts';
import { thread } from './thread.ts';

/**
 * The session of a new object: an object in a thread belongs to the session of the thread; null: none.
 * @throws DomainError NOT_FOUND, INVALID_STATE, VALIDATION_ERROR
 */
export async function targetSessionOf(
  context: Context,
  given: { threadId?: string | null | undefined; sessionId?: string | null | undefined },
): Promise<SessionRow | null> {
  const { threadId, sessionId } = given;
  const ofThread = threadId ? (await thread(context, threadId, 'input.threadId')).sessionId : null;
  if (sessionId) {
    const session = await activeSession(context, sessionId, 'input.sessionId');
    if (!threadId || ofThread === sessionId) return session;
    const message = 'input.sessionId: must be the session of the thread';
    throw new DomainError('VALIDATION_ERROR', message, { field: 'input.sessionId' });
  }
  return ofThread ? activeSession(context, ofThread, 'input.threadId') : null;
}
