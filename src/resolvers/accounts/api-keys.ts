import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { globalId } from '../../rules/ids/global-id.ts';
import { newId } from '../../rules/ids/ids.ts';
import {
  type ApiKeyRow,
  findApiKeys,
  insertApiKey,
  listApiKeys,
  deleteApiKey as removeApiKey,
  rotateApiKey as replaceSecret,
} from '../../store/accounts/api-keys.ts';
import { type AuditAction, type Origin, SCOPES } from '../../vocabulary.ts';
import { connect, type PageArguments, readPage } from '../request/page.ts';
import { requireObject } from '../request/quota.ts';
import { text, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { API_KEY_PREFIX, hashSecret, newSecret } from './secrets.ts';

/** Postgres and ISO 8601 format later years differently. */
const LAST_EXPIRY = new Date('9999-12-31T23:59:59Z');
const PREFIX_LENGTH = 8;
const MAX_GRACE_SECONDS = 7 * 24 * 3600;

/**
 * The example in Mini-Devin's document creates a key whose expiry has passed by now. There, such a key is created and
 * listed, but never accepted; in other APIs it is refused as a mistake.
 */
const ACCEPTS_PAST_EXPIRY: readonly Origin[] = ['mini-devin'];
/** Postgres formats years before 1 differently, too. */
const FIRST_EXPIRY = new Date(0);

function newApiKey(isExpiring: (date: Date) => boolean, wrong: string) {
  return z.object({
    name: text({ min: 1, max: 200 }),
    scopes: z.array(z.enum(SCOPES)).min(1, 'must have at least one scope; omit it for all').nullish(),
    expiresAt: z
      .date()
      .refine(isExpiring, wrong)
      .refine((date) => date < LAST_EXPIRY, 'must be before the year 10000')
      .nullish(),
  });
}

const usableKey = newApiKey((date) => date > new Date(), 'must be in the future');
const anyKey = newApiKey((date) => date >= FIRST_EXPIRY, 'must be in the year 1970 or later');

/** A key with its secret, which is shown only once, because only its hash is stored. */
export interface ShownApiKey {
  apiKey: ApiKeyRow;
  key: string;
}

/** @throws DomainError VALIDATION_ERROR, QUOTA_EXCEEDED */
export async function createApiKey(context: Context, input: unknown): Promise<ShownApiKey> {
  const { userId: ownerId } = requireViewer(context);
  const allowed = ACCEPTS_PAST_EXPIRY.includes(context.origin) ? anyKey : usableKey;
  const { name, scopes, expiresAt } = validate(allowed, input, 'input');
  await requireObject(context, input);
  const { key, stored } = newKey();
  const ordered = scopes ? SCOPES.filter((scope) => scopes.includes(scope)) : null;
  const row = { id: newId(), ownerId, name, ...stored, scopes: ordered, expiresAt: expiresAt ?? null };
  const audit = auditOf(ownerId, 'api_key_created', row.id);
  return { apiKey: await insertApiKey(context.store.database, row, audit), key };
}

function newKey() {
  const key = newSecret(API_KEY_PREFIX);
  return { key, stored: { hash: hashSecret(key), prefix: key.slice(0, PREFIX_LENGTH) } };
}

function auditOf(actorId: string, action: AuditAction, id: string) {
  return { actorId, action, subject: globalId('ApiKey', id) };
}

/** @throws DomainError NOT_FOUND */
export async function deleteApiKey(context: Context, id: string): Promise<void> {
  const { userId: ownerId } = requireViewer(context);
  const audit = auditOf(ownerId, 'api_key_deleted', id);
  if (!(await removeApiKey(context.store.database, { ownerId, id }, audit))) throw notFound('input.id');
}

const rotation = z.object({
  graceSeconds: z
    .number()
    .int()
    .min(0, 'must be at least 0')
    .max(MAX_GRACE_SECONDS, `must be at most ${MAX_GRACE_SECONDS}, a week`)
    .nullish(),
});

/** @throws DomainError NOT_FOUND, VALIDATION_ERROR, INVALID_STATE: the key has expired */
export async function rotateApiKey(context: Context, id: string, input: unknown): Promise<ShownApiKey> {
  const { userId: ownerId } = requireViewer(context);
  const { graceSeconds } = validate(rotation, input, 'input');
  const { expiresAt } = await apiKey(context, id, 'input.id');
  if (expiresAt && expiresAt <= new Date()) {
    throw new DomainError('INVALID_STATE', 'the key has expired; create another');
  }
  const { key, stored } = newKey();
  const rotated = await replaceSecret(
    context.store.database,
    { ownerId, id, ...stored, graceSeconds: graceSeconds ?? 0 },
    auditOf(ownerId, 'api_key_rotated', id),
  );
  if (!rotated) throw notFound('input.id');
  return { apiKey: rotated, key };
}

/** The viewer's keys, newest first; their secrets are not stored. */
export async function apiKeys(context: Context, given: PageArguments) {
  const { userId: ownerId } = requireViewer(context);
  const page = readPage(given);
  return connect(page, listApiKeys(context.store.database, ownerId));
}

/** @throws DomainError NOT_FOUND, also for another account's key */
export async function apiKey(context: Context, id: string, field = 'id'): Promise<ApiKeyRow> {
  const { userId } = requireViewer(context);
  const [found] = await findApiKeys(context.store.database, userId, [id]);
  if (!found) throw notFound(field);
  return found;
}

function notFound(field: string): DomainError {
  return new DomainError('NOT_FOUND', `${field}: there is no such API key`, { field });
}
