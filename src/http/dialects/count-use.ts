import type { IncomingMessage } from 'node:http';
import type { Services } from '../../context.ts';
import type { LegacyCredentials, LegacyProgram } from '../../metrics/http-metrics.ts';
import type { Visitor } from '../../rest-compat/handling/schema-access.ts';
import type { Dialect } from '../../vocabulary.ts';

/** Counts a request to a dialect by its account, API key and user agent, and in the metrics, which have no accounts. */
export function countUse(
  { legacyUse, metrics }: Pick<Services, 'legacyUse' | 'metrics'>,
  dialect: Dialect,
  visitor: Visitor | null,
  { headers }: Pick<IncomingMessage, 'headers'>,
): void {
  const userAgent = headers['user-agent'] ?? '';
  metrics.http.legacyUsed({
    dialect,
    credentials: credentialsOf(visitor),
    program: programOf(userAgent),
  });
  if (!visitor || visitor.accountId === null) return;
  legacyUse.count({ ownerId: visitor.accountId, origin: dialect, keyHash: visitor.keyHash, userAgent });
}

function credentialsOf(visitor: Visitor | null): LegacyCredentials {
  if (!visitor) return 'invalid';
  if (visitor.accountId === null) return 'none';
  if (visitor.isGuest) return 'guest';
  return visitor.keyHash === null ? 'token' : 'key';
}

/** By the beginning of the user agent; everything else is `other`, so that clients cannot add labels. */
const PROGRAMS: readonly [RegExp, LegacyProgram][] = [
  [/^$/, 'unnamed'],
  [/^python|^aiohttp|^Python/, 'python'],
  [/^(node|undici|axios|got)\b/, 'node'],
  [/^Mozilla\//, 'browser'],
  [/^(curl|Wget)\//, 'curl'],
  [/^Go-http-client\//, 'go'],
  [/^(Java|okhttp|Apache-HttpClient)\b/, 'java'],
];

function programOf(userAgent: string): LegacyProgram {
  return PROGRAMS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'other';
}
