import type { IncomingMessage } from 'node:http';
import { DomainError } from '../errors.ts';
import type { DialectTable } from './dialect.ts';
import type { SchemaAccess, Visitor } from './schema-access.ts';

export interface Limit {
  requests: number;
  seconds: number;
}

/** What a limit may go by. */
export interface Asked {
  /** Without the mount; where a document has it, as it stands there, however the client wrote it. */
  path: string;
  params: unknown;
  /** undefined: it has none, or was refused before it was read. */
  body: unknown;
}

/** Asked, and by whom. */
export interface AskedBy extends Asked {
  /** null: without good credentials. */
  accountId: string | null;
  address: string;
}

/** How often a dialect may be asked. */
export interface RateLimits {
  limits: Readonly<Record<string, Limit>>;
  /** Which limit counts a request, and together with which others. */
  choose(asked: AskedBy): { limit: string; of: string };
  /** It goes by something in the body. */
  readsBody?: true;
}

/** Where somebody stands after a request was counted. */
export interface Standing {
  limit: number;
  remaining: number;
  /** Until a new count begins. */
  msLeft: number;
  isSpent: boolean;
}

/** Nothing else that is named so. */
const OUTSIDE = /^(\/api\/v1\/system)?\/health$/;

/** Counts a request. @returns null: the dialect has no limits, or the request is outside them. */
export async function countRequest(
  { name, limits }: DialectTable,
  access: SchemaAccess,
  request: IncomingMessage,
  asked: Asked,
): Promise<Standing | null> {
  if (!limits || OUTSIDE.test(asked.path)) return null;
  // Credentials that are no good are as good as none; that they are refused is told later.
  const visitor = await access.visitor(request, name).catch(() => null);
  const address = access.address(request);
  const { limit, of } = limits.choose({ ...asked, address, accountId: accountOf(visitor) });
  return access.count({ name: `${name}:${limit}`, ...limits.limits[limit]! }, of);
}

/** What guests do counts against each of them, and not against all. */
function accountOf(visitor: Visitor | null): string | null {
  return visitor === null || visitor.isGuest ? null : visitor.accountId;
}

/** `X-RateLimit-Reset` is a time, in seconds since 1970. */
export function limitHeaders({ limit, remaining, msLeft }: Standing): Record<string, string> {
  return {
    'X-RateLimit-Limit': `${limit}`,
    'X-RateLimit-Remaining': `${remaining}`,
    'X-RateLimit-Reset': `${Math.ceil((Date.now() + msLeft) / 1000)}`,
  };
}

export function tooMany({ limit, msLeft }: Standing): DomainError {
  const retryAfter = Math.max(1, Math.ceil(msLeft / 1000));
  const message = `too many requests: ${limit} are allowed at a time; try again in ${retryAfter} s`;
  return new DomainError('RATE_LIMITED', message, { retryAfter });
}
