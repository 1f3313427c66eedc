import type { FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import { DomainError } from '../../errors.ts';
import { jsonTextProblem } from '../../rules/json/text.ts';
import { DIALECTS, type Dialect } from '../../vocabulary.ts';
import type { Clues } from './choose-dialect.ts';

/**
 * The clues in the request itself, except its body. The token is decoded but not verified here.
 * @throws DomainError VALIDATION_ERROR when it names an unknown dialect
 */
export function readClues({
  headers,
  query,
  params,
}: Pick<FastifyRequest, 'headers' | 'query' | 'params'>): Omit<
  Clues,
  'candidates' | 'guestOf' | 'body' | 'origin' | 'fallback'
> {
  const { dialect } = query as { dialect?: unknown };
  const [id] = Object.values((params ?? {}) as Record<string, string>);
  return {
    named: namedDialect(headers['x-api-dialect'] ?? dialect),
    query,
    id: id ?? null,
    hasApiKey: headers['x-api-key'] !== undefined,
    issuedBy: issuerOf(bearerOf(headers.authorization)),
  };
}

function namedDialect(name: unknown): Dialect | null {
  if (name === undefined) return null;
  const known = DIALECTS.find((dialect) => dialect === name);
  if (known) return known;
  const field = 'X-API-Dialect';
  const allowed = [...DIALECTS];
  throw new DomainError('VALIDATION_ERROR', `${field}: must be one of ${allowed.join(', ')}`, {
    field,
    allowed,
  });
}

export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}

/** The origin of the login that issued a token; null: it is not a login token, but an API key, for example. */
export function issuerOf(token: string | null): string | null {
  if (!token) return null;
  try {
    const { origin } = decodeJwt<{ origin?: unknown }>(token);
    return typeof origin === 'string' ? origin : null;
  } catch {
    return null;
  }
}

/** The body if it can be parsed; errors in it are reported by the chosen dialect. */
export function readBodyClue(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || jsonTextProblem(body)) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
