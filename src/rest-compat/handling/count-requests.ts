import type { IncomingMessage } from 'node:http';
import { DomainError } from '../../errors.ts';
import type { DialectTable } from '../definitions/dialect-table.ts';
import type { Asked, Standing } from '../definitions/terms.ts';
import type { SchemaAccess, Visitor } from './schema-access.ts';

/** No other path is called so. */
const OUTSIDE = /^(\/api\/v1\/system)?\/health$/;

/** The outcome of counting a request. */
export interface Counted {
  /** For any response to the request. */
  headers: Record<string, string>;
  /** null: the request is allowed. */
  refusal: DomainError | null;
}

/**
 * Counts a request in the documented limits of the dialect, if any, among its account's operations, and as use of the
 * dialect.
 */
export async function countRequest(
  { name, limits }: DialectTable,
  access: SchemaAccess,
  request: IncomingMessage,
  asked: Asked,
): Promise<Counted> {
  if (OUTSIDE.test(asked.path)) return { headers: {}, refusal: null };
  // Invalid credentials count as none; the endpoint refuses them afterwards.
  const visitor = await access.visitor(request, name).catch(() => null);
  access.countUse(name, visitor, request);
  const asker = { accountId: visitor && countedAccount(visitor), address: access.address(request) };
  if (!limits) return { headers: {}, refusal: await access.countOperation(asker) };
  const { limit, of } = limits.choose({ ...asked, ...asker });
  const standing = await access.count({ name: `${name}:${limit}`, ...limits.limits[limit]! }, of);
  const refusal = standing.isSpent ? tooMany(standing) : await access.countOperation(asker);
  return { headers: limitHeaders(standing), refusal };
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

/** `X-RateLimit-Reset` is a time, in seconds since 1970. */
function limitHeaders({ limit, remaining, msLeft }: Standing): Record<string, string> {
  return {
    'X-RateLimit-Limit': `${limit}`,
    'X-RateLimit-Remaining': `${remaining}`,
    'X-RateLimit-Reset': `${Math.ceil((Date.now() + msLeft) / 1000)}`,
  };
}

function tooMany({ limit, msLeft }: Standing): DomainError {
  const retryAfter = Math.max(1, Math.ceil(msLeft / 1000));
  const message = `too many requests: ${limit} are allowed at a time; try again in ${retryAfter} s`;
  return new DomainError('RATE_LIMITED', message, { retryAfter });
}
