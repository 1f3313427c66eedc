import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { ACCOUNT_LIMITS, type AccountLimit, MAX_ACCOUNT_LIMIT } from '../../rules/accounts/account-limits.ts';
import { MAX_DAYS, MIN_DAYS } from '../../rules/accounts/retention-days.ts';
import { globalId } from '../../rules/ids/global-id.ts';
import { type AccountRow, listAccounts, readAccount } from '../../store/accounts/accounts.ts';
import { beginDeletion } from '../../store/accounts/delete-account.ts';
import { readRetention } from '../../store/accounts/retention.ts';
import { type AccountOutcome, changeAccount } from '../../store/accounts/update-account.ts';
import type { RetentionDays } from '../../store/runs/deletion/expired.ts';
import type { Retained } from '../../vocabulary.ts';
import { costLimit } from '../request/fields.ts';
import { connect, type PageArguments, readPage } from '../request/page.ts';
import { text, validate } from '../request/validate.ts';
import { requireAdmin } from './require-admin.ts';

const filter = z.object({
  email: text({ max: 254 }).trim().toLowerCase().nullish(),
  isActive: z.boolean().nullish(),
  isAdmin: z.boolean().nullish(),
});

/** All accounts, newest first. @throws DomainError FORBIDDEN */
export async function users(context: Context, given: PageArguments, filtered: unknown) {
  requireAdmin(context, 'list accounts');
  const page = readPage(given);
  const { email, isActive, isAdmin } = validate(filter, filtered ?? {}, 'filter');
  const wanted = { email: email ?? null, isActive: isActive ?? null, isAdmin: isAdmin ?? null };
  return connect(page, listAccounts(context.store.database, wanted));
}

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
const limit = z
  .number()
  .int()
  .min(1, 'must be at least 1')
  .max(MAX_ACCOUNT_LIMIT, `must be at most ${MAX_ACCOUNT_LIMIT}`)
  .nullable()
  .optional();
const limits = Object.fromEntries(Object.keys(ACCOUNT_LIMITS).map((name) => [name, limit])) as Record<
  AccountLimit,
  typeof limit
>;
function days(subject: Retained) {
  const range = `must be ${MIN_DAYS[subject]} to ${MAX_DAYS} days`;
  return z
    .number()
    .int('must be a whole number')
    .min(MIN_DAYS[subject], range)
    .max(MAX_DAYS, range)
    .nullish();
}
const retention = z.object({
  text: days('text'),
  events: days('events'),
  artifacts: days('artifacts'),
  idempotencyKeys: days('idempotencyKeys'),
  runs: days('runs'),
  deliveries: days('deliveries'),
});
const flag = z.boolean('must be true or false, or absent').optional();
const userChange = z.object({
  costLimit: costLimit.nullish(),
  quotas: quotas.nullish(),
  retention: retention.nullish(),
  isActive: flag,
  isAdmin: flag,
  ...limits,
});

/**
 * Omitted fields stay unchanged. @throws DomainError FORBIDDEN, NOT_FOUND, INVALID_STATE: it is the last
 * admin
 */
export async function updateUser(context: Context, id: string, input: unknown): Promise<AccountRow> {
  const { userId: actorId } = requireAdmin(context, 'change accounts');
  const { costLimit: dollars, ...change } = validate(userChange, input, 'input');
  const { database, quotas: kept } = context.store;
  const target = { id, actorId, globalId: globalId('User', id) };
  const limited = dollars === undefined ? {} : { costLimit: dollars === null ? null : dollars.toFixed(12) };
  requireDone(await changeAccount(database, target, { ...change, ...limited }));
  kept.forget(id);
  return readAccount(database, id);
}

/** For how long data of an account is kept. */
export function retentionOf({ store }: Context, id: string): Promise<RetentionDays> {
  return readRetention(store, id);
}

/** Disables the account at once; a job deletes its data. @throws DomainError as `updateUser` */
export async function deleteUser(context: Context, id: string): Promise<void> {
  const { userId: actorId } = requireAdmin(context, 'delete accounts');
  if (id === context.localAdminId) {
    const field = 'input.id';
    throw new DomainError('INVALID_STATE', `${field}: the local admin cannot be deleted`, { field });
  }
  const target = { id, actorId, globalId: globalId('User', id) };
  requireDone(await beginDeletion(context.store.database, target));
}

/** @throws DomainError NOT_FOUND, INVALID_STATE */
function requireDone(outcome: AccountOutcome): void {
  const field = 'input.id';
  if (outcome === 'unknown') throw new DomainError('NOT_FOUND', `${field}: there is no such user`, { field });
  if (outcome === 'last-admin') {
    const message = `${field}: it is the only active admin; make another account an admin first`;
    throw new DomainError('INVALID_STATE', message, { field });
  }
}
