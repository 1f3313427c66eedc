import { z } from 'zod';
import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { newId } from '../rules/ids.ts';
import { Thread } from '../store/entities/thread.ts';
import { text, validate } from './validate.ts';
import { requireViewer } from './viewer.ts';

const newThread = z.object({ title: text({ min: 1, max: 200 }).nullish() });

export async function createThread(context: Context, input: unknown): Promise<Thread> {
  const { userId } = requireViewer(context);
  const { title } = validate(newThread, input, 'input');
  const em = context.store.database.entityManager();
  const created = em.create(Thread, { id: newId(), owner: userId, title: title ?? null });
  await em.flush();
  return em.refreshOrFail(created);
}

/** @throws DomainError NOT_FOUND, for another user's thread too. @param field which argument named it. */
export async function thread(context: Context, id: string, field = 'id'): Promise<Thread> {
  const { userId } = requireViewer(context);
  const found = await context.store.database.entityManager().findOne(Thread, { id, owner: userId });
  if (!found) throw new DomainError('NOT_FOUND', `${field}: there is no such thread`, { field });
  return found;
}
