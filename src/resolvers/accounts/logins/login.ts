import { z } from 'zod';
import type { Context } from '../../../context.ts';
import { DomainError } from '../../../errors.ts';
import { findAccount, type LoginName } from '../../../store/accounts/accounts.ts';
import { readPasswordHash, setPassword } from '../../../store/accounts/passwords.ts';
import { text, validate } from '../../request/validate.ts';
import { beginLogin, type Login } from './begin-login.ts';

const credentials = z
  .object({
    email: text({ max: 254 }).trim().toLowerCase().nullish(),
    username: text({ max: 254 }).nullish(),
    password: text({ max: 200 }),
  })
  .refine(({ email, username }) => isAbsent(email) !== isAbsent(username), {
    path: ['email'],
    message: 'is required, or username instead of it',
  });

type Credentials = z.output<typeof credentials>;

function isAbsent(given: string | null | undefined): given is null | undefined {
  return given === null || given === undefined;
}

/** @throws DomainError WRONG_CREDENTIALS, RATE_LIMITED, FORBIDDEN when the account is disabled */
export async function login(context: Context, input: unknown): Promise<Login> {
  const given = validate(credentials, input, 'input');
  // Counted by what the client sent: a shared limit for name and address would reveal that they belong
  // together.
  const called = given.email ?? given.username!.trim().toLowerCase();
  const uncount = await context.loginLimits.count(context, called);
  const user = await findAccount(context.store.database, nameOf(given));
  const isRight = await context.passwords.matches(user?.passwordHash ?? null, given.password);
  if (!user || !isRight) throw wrongCredentials(given);
  if (!user.isActive) throw new DomainError('FORBIDDEN', 'the account is disabled; ask an admin');
  const tokens = await beginLogin(context, await withOwnHash(context, user, given.password), context.origin);
  await uncount();
  return { user, ...tokens };
}

interface Hashed {
  id: string;
  passwordHash: string | null;
}

/** Replaces an imported hash by one of ours at the first login. */
async function withOwnHash({ store, passwords }: Context, user: Hashed, password: string): Promise<Hashed> {
  const { id, passwordHash: from } = user;
  if (from === null || !passwords.isImported(from)) return user;
  const to = await passwords.hash(password);
  if (await setPassword(store.database.pool, { userId: id, from, to })) return { id, passwordHash: to };
  // A concurrent login may have replaced it.
  const present = await readPasswordHash(store.database, id);
  return (await passwords.matches(present, password)) ? { id, passwordHash: present } : user;
}

function nameOf({ email, username }: Credentials): LoginName {
  if (!isAbsent(email)) return { address: email, handle: null };
  return { address: username!.trim().toLowerCase(), handle: username! };
}

function wrongCredentials({ email }: Credentials): DomainError {
  const name = isAbsent(email) ? 'user name' : 'e-mail';
  return new DomainError('WRONG_CREDENTIALS', `${name} or password is wrong`);
}
