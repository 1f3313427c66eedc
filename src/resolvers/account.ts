import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { newId } from '../rules/ids.ts';
import { findEmail, insertUser } from '../store/accounts.ts';
import type { Database } from '../store/database.ts';
import { ApiKey } from '../store/entities/api-key.ts';
import { User } from '../store/entities/user.ts';
import type { Origin } from '../vocabulary.ts';
import { API_KEY_PREFIX, hashApiKey } from './authenticate.ts';
import { requireObject } from './quota.ts';
import { text, validate } from './validate.ts';
import { requireViewer } from './viewer.ts';

/** Seconds, as the documents of the older APIs have them. */
const TOKEN_LIFETIMES = {
  graphql: 3600,
  themachine: 3600,
  'ai-task-orchestra': 3600,
  'mini-devin': 3600,
  amas: 1800,
  orchestratex: 3600,
} satisfies Record<Origin, number>;

const email = text({ max: 254 })
  .trim()
  .toLowerCase()
  .pipe(
    z.email({ pattern: z.regexes.html5Email, message: 'must be an e-mail address such as ann@example.com' }),
  );

const registration = z.object({
  email,
  password: text({ min: 8, max: 200 }),
  name: text({ min: 1, max: 200 }),
});

export interface Login {
  user: User;
  token: string;
  expiresIn: number;
}

export async function register(context: Context, input: unknown): Promise<Login> {
  const { config, store, passwords, loginLimits } = context;
  if (config.registration === 'closed') throw registrationClosed();
  const { password, ...account } = validate(registration, input, 'input');
  await loginLimits.count(context.address, account.email);
  const user = { id: newId(), ...account, passwordHash: await passwords.hash(password) };
  const outcome = await insertUser(store.database, user, {
    onlyFirst: config.registration === 'first-only',
    firstIsAdmin: context.localAdminId === null,
  });
  if (outcome === 'closed') throw registrationClosed();
  if (outcome === 'email-taken') {
    throw new DomainError('CONFLICT', 'input.email: is registered already', {
      field: 'input.email',
    });
  }
  return logIn(context, await store.database.entityManager().findOneOrFail(User, user.id));
}

function registrationClosed(): DomainError {
  return new DomainError(
    'FORBIDDEN',
    'registration is closed on this server; ask its operator for an account',
  );
}

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

function isAbsent(given: string | null | undefined): given is null | undefined {
  return given === null || given === undefined;
}

export async function login(context: Context, input: unknown): Promise<Login> {
  const given = validate(credentials, input, 'input');
  const { database } = context.store;
  // An account counts as one, by whatever it is called.
  const email = given.email ?? (await emailOf(database, given.username!));
  await context.loginLimits.count(context.address, email);
  const user = await database.entityManager().findOne(User, { email });
  const known = await context.passwords.matches(user?.passwordHash ?? null, given.password);
  if (user && known) return logIn(context, user);
  const name = isAbsent(given.email) ? 'user name' : 'e-mail';
  throw new DomainError('UNAUTHENTICATED', `${name} or password is wrong`);
}

/** The address of who is called so, else the given text as one, which is then nobody's. */
async function emailOf(database: Database, username: string): Promise<string> {
  const address = username.trim().toLowerCase();
  return (await findEmail(database, { address, name: username })) ?? address;
}

async function logIn(context: Context, user: User): Promise<Login> {
  const expiresIn = TOKEN_LIFETIMES[context.origin];
  const token = await context.tokens.sign(user.id, expiresIn, context.origin);
  return { user, token, expiresIn };
}

/** Postgres and ISO 8601 write later years in other ways. */
const LAST_EXPIRY = new Date('9999-12-31T23:59:59Z');

const newApiKey = z.object({
  name: text({ min: 1, max: 200 }),
  expiresAt: z
    .date()
    .refine((date) => date > new Date(), 'must be in the future')
    .refine((date) => date < LAST_EXPIRY, 'must be before the year 10000')
    .nullish(),
});

/** @returns the key itself once; only its hash is kept. */
export async function createApiKey(
  context: Context,
  input: unknown,
): Promise<{ apiKey: ApiKey; key: string }> {
  const { userId } = requireViewer(context);
  const { name, expiresAt } = validate(newApiKey, input, 'input');
  await requireObject(context, input);
  const key = `${API_KEY_PREFIX}${randomBytes(32).toString('base64url')}`;
  const row = { id: newId(), owner: userId, name, prefix: key.slice(0, 8), hash: hashApiKey(key) };
  const em = context.store.database.entityManager();
  const apiKey = em.create(ApiKey, { ...row, expiresAt: expiresAt ?? null });
  await em.flush();
  return { apiKey: await em.refreshOrFail(apiKey), key };
}

/** The viewer's keys, newest first; their secrets are gone. */
export async function apiKeys(context: Context): Promise<ApiKey[]> {
  const { userId } = requireViewer(context);
  const em = context.store.database.entityManager();
  return em.find(ApiKey, { owner: userId }, { orderBy: { createdAt: 'desc', id: 'desc' }, limit: 100 });
}

/** @throws DomainError NOT_FOUND, for another user's key too. */
export async function apiKey(context: Context, id: string): Promise<ApiKey> {
  const { userId } = requireViewer(context);
  const found = await context.store.database.entityManager().findOne(ApiKey, { id, owner: userId });
  if (!found) throw new DomainError('NOT_FOUND', 'there is no such API key');
  return found;
}
