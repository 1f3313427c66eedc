import { LRUCache } from 'lru-cache';
import { type ModelReference, plainProvider } from '../rules/model-id.ts';
import { PROVIDERS } from '../vocabulary.ts';
import { findUser, type UserRow } from './accounts.ts';
import type { Database } from './database.ts';
import { findModels } from './model-catalog.ts';

/**
 * What nearly every request asks for, read once a second and not once a request. What was not there is asked for
 * again, so that whoever has just made it finds it; what is gone may be found for a second more.
 */
export interface Lookups {
  user(id: string): Promise<UserRow | null>;
  /** What a name means: the best active built-in model that answers to it, or the id of a plain provider's. */
  model(name: string): Promise<ModelReference | null>;
}

const KEPT_MS = 1_000;
const MAX_KEPT = 1_000;

export function createLookups(database: Database): Lookups {
  return {
    user: keep((id) => findUser(database, id)),
    model: keep((name) => findModel(database, name)),
  };
}

async function findModel(database: Database, name: string): Promise<ModelReference | null> {
  const [known] = await findModels(database, { providers: PROVIDERS, name });
  return known ? { provider: known.provider, model: known.modelId } : plainProvider(name);
}

/** Equal questions at the same time are asked once. */
function keep<Row extends object>(find: (key: string) => Promise<Row | null>) {
  const kept = new LRUCache<string, Row>({
    max: MAX_KEPT,
    ttl: KEPT_MS,
    fetchMethod: async (key) => (await find(key)) ?? undefined,
  });
  return async (key: string) => (await kept.fetch(key)) ?? null;
}
