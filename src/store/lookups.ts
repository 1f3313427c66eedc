import { LRUCache } from 'lru-cache';
import { newId } from '../rules/ids/ids.ts';
import type { ModelReference } from '../rules/models/model-id.ts';
import { type ResolvedModel, resolveName } from '../rules/models/model-name.ts';
import type { PastCall } from '../rules/models/track-record.ts';
import type { History } from '../rules/prediction/outcomes.ts';
import { type Forecast, readForecast } from '../rules/prediction/prediction.ts';
import type { ProviderId } from '../vocabulary.ts';
import { type Credential, type CredentialState, readCredential } from './accounts/credentials.ts';
import { ensureGuest, type GuestRow } from './accounts/server-accounts.ts';
import { type AgentRow, activeAgents } from './agents/agents.ts';
import { type Analytics, readAnalytics } from './analytics/analytics.ts';
import { readHistory } from './analytics/read-history.ts';
import type { AnalyticsScope } from './analytics/scope.ts';
import { type DatabaseCondition, readCondition } from './database/is-read-only.ts';
import { readsOf, type Sources } from './database/read-source.ts';
import type { ReplicaCondition } from './database/replica.ts';
import { shareReads } from './database/share-reads.ts';
import { type ModelCandidate, readModelCandidates } from './models/candidates.ts';
import { findNamedModels } from './models/models.ts';
import { readRecentCalls } from './models/recent-calls.ts';
import { readTaskTotals, type TaskTotals } from './tasks/totals.ts';
import { type InstallationReport, readInstallation } from './workers/installation-report.ts';

/**
 * Caches hot lookups for one second. Misses are never cached, so new rows are visible at once; deleted rows
 * may be served for up to a second. Slow reads are shared by concurrent callers, see `shareReads`.
 */
export interface Lookups {
  /** The state of a token with a valid signature. Revoked ones may be accepted for half a second. */
  credential(credential: Credential): Promise<CredentialState | null>;
  /** The account that owns rows created without credentials. @throws Error when a person has its address */
  guest(): Promise<GuestRow>;
  /** Resolves the name of a model for a user, see `resolveName`. */
  model(userId: string, name: string): Promise<ResolvedModel | null>;
  /** The last calls of some models, see `readRecentCalls`. */
  recentCalls(models: readonly ModelReference[]): Promise<ReadonlyMap<string, PastCall[]>>;
  /** Shared. The outcomes of a user's own runs, see `readHistory`, and the forecast derived from them. */
  history(userId: string): Promise<History & { forecast: Forecast }>;
  /** Shared. The agents a user can assign tasks to, see `activeAgents`. */
  activeAgents(userId: string): Promise<AgentRow[]>;
  /** Shared, see `readModelCandidates`. */
  candidates(userId: string, providers: readonly ProviderId[]): Promise<ModelCandidate[]>;
  /** Shared, see `readAnalytics`. */
  analytics(scope: AnalyticsScope): Promise<Analytics>;
  /** Shared, see `readTaskTotals`. */
  taskTotals(ownerId: string | null): Promise<TaskTotals>;
  /** Shared, see `readInstallation`. */
  installation(): Promise<InstallationReport>;
  /** Whether the database is writable; cached for one second. */
  database(): Promise<DatabaseCondition>;
  /** The condition of the read replica, cached for one second; null: none is configured. */
  replica(): Promise<ReplicaCondition | null>;
  /** To be called after a change of the catalog in this process; others see the change within a second. */
  forgetModels(): void;
}

const KEPT_MS = 1_000;
const CREDENTIALS_KEPT_MS = 500;
const MAX_KEPT = 1_000;

export function createLookups(sources: Sources): Lookups {
  const { database, replica } = sources;
  const credentials = keep((key) => readCredential(database, reviveCredential(key)), CREDENTIALS_KEPT_MS);
  const guests = keep(() => ensureGuest(database, newId), CREDENTIALS_KEPT_MS);
  const models = keep(async (key) => {
    const [userId, name] = JSON.parse(key) as [string, string];
    return resolveName(name, await findNamedModels(database, userId, name));
  });
  const conditions = keep(() => readCondition(database));
  const replicas = keep(async () => (await replica?.condition()) ?? null);
  const calls = keep((key) => readRecentCalls(database, JSON.parse(key) as ModelReference[]));
  const recentCalls: Lookups['recentCalls'] = async (models) =>
    (await calls.find(JSON.stringify(models))) ?? new Map();
  const analytics = shareReads((scope: string) => readAnalytics(readsOf(sources), readScope(scope)));
  const installation = shareReads((_whole: 'whole') => readInstallation(database));
  const candidates = shareReads((key: string) => {
    const [userId, providers] = JSON.parse(key) as [string, ProviderId[]];
    return readModelCandidates({ database, recentCalls }, userId, providers);
  });
  return {
    credential: (credential) => credentials.find(JSON.stringify(credential)),
    guest: async () => (await guests.find('guest'))!,
    model: (userId, name) => models.find(JSON.stringify([userId, name])),
    recentCalls,
    activeAgents: shareReads((userId) => activeAgents(database, userId)),
    candidates: (userId, providers) => candidates(JSON.stringify([userId, providers])),
    analytics: (scope) => analytics(JSON.stringify(scope)),
    history: shareReads(async (userId) => {
      const history = await readHistory(database, userId);
      return { ...history, forecast: readForecast(history) };
    }),
    taskTotals: shareReads((ownerId) => readTaskTotals(readsOf(sources), ownerId)),
    installation: () => installation('whole'),
    database: async () => (await conditions.find('whole'))!,
    replica: () => replicas.find('whole'),
    forgetModels: models.forget,
  };
}

/** JSON has no dates. */
function readScope(text: string): AnalyticsScope {
  const { window, ...scope }: AnalyticsScope = JSON.parse(text);
  if (!window) return { ...scope, window };
  return { ...scope, window: { from: new Date(window.from), to: window.to && new Date(window.to) } };
}

function reviveCredential(text: string): Credential {
  const { issuedAt, ...credential }: Credential = JSON.parse(text);
  return { ...credential, issuedAt: issuedAt && new Date(issuedAt) };
}

interface Kept<Row> {
  find(key: string): Promise<Row | null>;
  forget(): void;
}

/** Concurrent calls with the same key share one query. */
function keep<Row extends object>(find: (key: string) => Promise<Row | null>, ttl = KEPT_MS): Kept<Row> {
  let kept = createCache(find, ttl);
  return {
    find: async (key) => (await kept.fetch(key)) ?? null,
    // Replaced, because a query in progress may return the state before, which must not be cached.
    forget() {
      kept = createCache(find, ttl);
    },
  };
}

function createCache<Row extends object>(find: (key: string) => Promise<Row | null>, ttl: number) {
  return new LRUCache<string, Row>({
    max: MAX_KEPT,
    ttl,
    fetchMethod: async (key) => (await find(key)) ?? undefined,
  });
}
