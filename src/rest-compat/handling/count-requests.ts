import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../../errors.ts';
import type { DialectTable } from '../definitions/dialect-table.ts';
import type { Asked, Naming, Standing } from '../definitions/terms.ts';
import { limitHeaders } from '../errors/limit-headers.ts';
import type { Execution, SchemaAccess, Visitor } from './schema-access.ts';

/** No other path is called so. */
const OUTSIDE = /^(\/api\/v1\/system)?\/health$/;

/** The outcome of counting a request. */
export interface Counted {
  /** For any response to the request. */
  headers: Record<string, string>;
  /** null: the request is allowed. */
  refusal: DomainError | null;
}

export type CountRequest = (
  dialect: Pick<DialectTable, 'name' | 'limits'>,
  request: IncomingMessage,
  asked: Asked,
) => Promise<Counted>;

/**
 * Counts requests in the documented limits of their dialects, if any, among their accounts' operations, and as use of the
 * dialects.
 */
export function createRequestCount(access: SchemaAccess): CountRequest {
  const readNamed = createNamedReads(access);
  return async ({ name, limits }, request, asked) => {
    if (OUTSIDE.test(asked.path)) return { headers: {}, refusal: null };
    // Invalid credentials count as none; the endpoint refuses them afterwards.
    const visitor = await access.visitor(request, name).catch(() => null);
    access.countUse(name, visitor, request);
    const asker = { accountId: visitor && countedAccount(visitor), address: access.address(request) };
    const refused = await access.countOperation(asker);
    if (!limits) return { headers: {}, refusal: refused };
    const naming = visitor?.accountId ? (limits.naming?.(asked) ?? null) : null;
    // Before the read, so that no client can make the database work beyond its limit.
    if (refused && naming) return { headers: {}, refusal: refused };
    const named = naming && (await readNamed(naming, { request, origin: name }, visitor!.accountId!));
    const { limit, of } = limits.choose({ ...asked, ...asker }, named);
    const standing = await access.count({ name: `${name}:${limit}`, ...limits.limits[limit]! }, of);
    return { headers: limitHeaders(standing), refusal: standing.isSpent ? tooMany(standing) : refused };
  };
}

/** Objects whose ids are remembered, over all accounts. */
const MOST_KEPT = 10_000;

/** How long an object that an account does not have is not looked for again. */
const MISS_KEPT_MS = 60_000;

/**
 * Reads which object of its account a request names. Objects of other accounts are not found, as if they did not
 * exist, and found ids are remembered for one account only.
 */
function createNamedReads({ execute }: SchemaAccess) {
  const kept = new LRUCache<string, { found: string | null }>({ max: MOST_KEPT });
  return async (
    { document, variables, read }: Naming,
    whose: Pick<Execution, 'request' | 'origin'>,
    accountId: string,
  ): Promise<string | null> => {
    const key = createHash('sha256')
      .update(JSON.stringify([accountId, variables]))
      .digest('base64url');
    const known = kept.get(key);
    if (known) return known.found;
    const { data, errors } = await execute({ document, variables, ...whose, access: 'account' });
    const found = data && !errors ? read(data) : null;
    if (found !== null) kept.set(key, { found });
    // Other errors say nothing about the object.
    else if (!errors?.some(({ extensions }) => extensions.code !== 'NOT_FOUND'))
      kept.set(key, { found }, { ttl: MISS_KEPT_MS });
    return found;
  };
}

/**
 * Counts a message on a socket as an operation of the account that opened it. @throws DomainError
 * RATE_LIMITED
 */
export async function countMessage(
  access: SchemaAccess,
  request: IncomingMessage,
  visitor: Visitor,
): Promise<void> {
  const asker = { accountId: countedAccount(visitor), address: access.address(request) };
  const refusal = await access.countOperation(asker);
  if (refusal) throw refusal;
}

/** Requests of guests count against each guest, not against all. */
function countedAccount({ isGuest, accountId }: Visitor): string | null {
  return isGuest ? null : accountId;
}

function tooMany({ limit, msLeft }: Standing): DomainError {
  const retryAfter = Math.max(1, Math.ceil(msLeft / 1000));
  const message = `too many requests: ${limit} are allowed at a time; try again in ${retryAfter} s`;
  return new DomainError('RATE_LIMITED', message, { retryAfter });
}
