import { z } from 'zod';
import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { setUserLimit } from '../store/budgets.ts';
import { User } from '../store/entities/user.ts';
import { costLimit } from './task-input.ts';
import { validate } from './validate.ts';
import { requireViewer } from './viewer.ts';

const amount = z
  .number()
  .int('must be a whole number')
  .min(0, 'must be at least 0')
  .max(1e15, 'must be at most 1e15');
const quotas = z.object({
  runs: amount.nullable().optional(),
  objects: amount.nullable().optional(),
  bytes: amount.nullable().optional(),
});
const userChange = z.object({ costLimit: costLimit.nullish(), quotas: quotas.nullish() });

/** An absent limit or quota stays as it is. @throws DomainError FORBIDDEN for all but admins, NOT_FOUND */
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
  if (given.quotas) await context.store.quotas.setLimits(id, given.quotas);
  return user;
}
