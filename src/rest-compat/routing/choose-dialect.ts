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
  /** The query parameters. */
  query: unknown;
  /** The id or name in the path; null: the path has none. */
  id: string | null;
  /** The origin of the object in the path; null: not looked up, or not found. */
  origin: Origin | null;
  hasApiKey: boolean;
  /** The origin of the login that issued the token. */
  issuedBy: string | null;
  /** `COMPAT_DEFAULT` */
  fallback: Dialect;
}

export type Reason =
  | 'named'
  | 'path'
  | 'base_url'
  | 'body'
  | 'query'
  | 'origin'
  | 'id'
  | 'api_key'
  | 'token'
  | 'default';

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
  query: ({ query }) => byQuery(query),
  origin: ({ origin }) => (origin === 'graphql' ? null : origin),
  // No object has the id, so the only dialect with ids of this form answers that it is not found.
  id: ({ id }) => (id !== null && /^[0-9a-f]{24}$/i.test(id) ? 'orchestratex' : null),
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
  return byMember(MEMBERS, body);
}

/** Filters that only one dialect documents. */
const FILTERS = [
  ['template', 'ai-task-orchestra'],
  ['type', 'themachine'],
  ['is_active', 'themachine'],
] as const satisfies [string, Dialect][];

/** Values of the filter `status` that only one dialect has; both have the others. */
const STATUS_WORDS: Readonly<Record<string, Dialect>> = {
  queued: 'ai-task-orchestra',
  running: 'ai-task-orchestra',
  cancelled: 'ai-task-orchestra',
  pending: 'themachine',
  in_progress: 'themachine',
};

function byQuery(query: unknown): Dialect | null {
  const { status } = (query ?? {}) as { status?: unknown };
  const isWord = typeof status === 'string' && Object.hasOwn(STATUS_WORDS, status);
  return byMember(FILTERS, query) ?? (isWord ? STATUS_WORDS[status]! : null);
}

function byMember(members: readonly (readonly [string, Dialect])[], given: unknown): Dialect | null {
  if (typeof given !== 'object' || given === null) return null;
  return members.find(([member]) => Object.hasOwn(given, member))?.[1] ?? null;
}
