import type { Dialect, Origin } from '../../vocabulary.ts';

/** What a request for a documented path without a mount reveals about the dialect of its client. */
export interface Clues {
  /** The dialects that document the method and the path; at least one. */
  candidates: readonly Dialect[];
  /** By `X-API-Dialect` or `?dialect=`. */
  named: Dialect | null;
  /** The dialect whose guests' base URL the request used. */
  guestOf: Dialect | null;
  /** As far as it has been read. */
  body: unknown;
  /** The origin of the object in the path; null: not looked up, or not found. */
  origin: Origin | null;
  hasApiKey: boolean;
  /** The origin of the login that issued the token. */
  issuedBy: string | null;
  /** `COMPAT_DEFAULT` */
  fallback: Dialect;
}

export type Reason = 'named' | 'path' | 'base_url' | 'body' | 'origin' | 'api_key' | 'token' | 'default';

export interface Choice {
  dialect: Dialect;
  by: Reason;
}

/** In the order in which they are applied. */
const RULES = {
  named: ({ named }) => named,
  path: ({ candidates: [first, ...others] }) => (others.length === 0 ? (first ?? null) : null),
  base_url: ({ guestOf }) => guestOf,
  body: ({ body }) => byBody(body),
  origin: ({ origin }) => (origin === 'graphql' ? null : origin),
  api_key: ({ hasApiKey }) => (hasApiKey ? 'ai-task-orchestra' : null),
  token: ({ issuedBy }) => (issuedBy === 'amas' ? 'amas' : null),
  default: ({ fallback, candidates }) => (candidates.includes(fallback) ? fallback : (candidates[0] ?? null)),
} satisfies Record<Reason, (clues: Clues) => Dialect | null>;

const REASONS = Object.keys(RULES) as Reason[];

/**
 * Chooses the dialect of a request. A clue for a dialect without the path is ignored, unless the client named
 * the dialect.
 */
export function chooseDialect(clues: Clues): Choice {
  for (const by of REASONS) {
    const dialect = RULES[by](clues);
    if (dialect && (by === 'named' || clues.candidates.includes(dialect))) return { dialect, by };
  }
  return { dialect: clues.fallback, by: 'default' };
}

/** Whether knowing the origin of the object in the path could change the choice. */
export function turnsOnOrigin({ by }: Choice): boolean {
  return REASONS.indexOf(by) > REASONS.indexOf('origin');
}

const MEMBERS = [
  ['template', 'ai-task-orchestra'],
  ['task_type', 'amas'],
  ['type', 'themachine'],
] as const satisfies [string, Dialect][];

function byBody(body: unknown): Dialect | null {
  if (typeof body !== 'object' || body === null) return null;
  return MEMBERS.find(([member]) => Object.hasOwn(body, member))?.[1] ?? null;
}
