import { z } from 'zod';
import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { setUserLimit } from '../store/budgets.ts';
import { User } from '../store/entities/user.ts';
import { costLimit } from './task-input.ts';
import { validate } from './validate.ts';
import { requireViewer } from './viewer.ts';

const userChange = z.object({ costLimit: costLimit.nullish() });

/** An absent limit stays as it is. @throws DomainError FORBIDDEN for all but admins, NOT_FOUND */
export async function updateUser(context: Context, id: string, input: unknown): Promise<User> {
  if (!requireViewer(context).isAdmin)
    throw new DomainError('FORBIDDEN', 'only an admin may change accounts');
  const given = validate(userChange, input, 'input');
  const { database } = context.store;
  const user = await database.entityManager().findOne(User, { id });
  if (!user) throw new DomainError('NOT_FOUND', 'input.id: there is no such user', { field: 'input.id' });
  if (given.costLimit !== undefined) {
    await setUserLimit(database, id, given.costLimit === null ? null : given.costLimit.toFixed(12));
  }
  return user;
}
