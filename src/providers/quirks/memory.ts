import { LRUCache } from 'lru-cache';
import type { ProviderId } from '../../vocabulary.ts';
import type { Quirk, Quirks } from './quirk.ts';

interface Reference {
  provider: ProviderId;
  model: string;
}

/** Permanent storage for the quirks of models. */
export interface KeptQuirks {
  read(reference: Reference): Promise<readonly Quirk[]>;
  add(reference: Reference, quirk: Quirk): Promise<void>;
  /** Values from the catalog. */
  readLimits?(reference: Reference): Promise<ModelLimits>;
}

/** null: unknown, or not set. */
export interface ModelLimits {
  /** Tokens. */
  window: number | null;
  /** How long its server may take to the first token. */
  firstTokenMs: number | null;
}

const NO_LIMITS: ModelLimits = { window: null, firstTokenMs: null };

export interface QuirkMemory {
  of(reference: Reference): Promise<Quirks>;
  learn(reference: Reference, quirk: Quirk): Promise<void>;
  /** The context window in tokens, from an error message or the catalog; null: unknown. */
  windowOf(reference: Reference): Promise<number | null>;
  /** The configured value; null: none. */
  firstTokenMsOf(reference: Reference): Promise<number | null>;
  /** Kept for an hour, because another server may be used later. */
  learnWindow(reference: Reference, window: number): void;
}

const MOST_MODELS = 1_000;
/** How long stored ones are cached: an operator may have changed the URL of a model. */
const KEPT_MS = 5 * 60_000;

/** How long a window from an error message takes precedence over the catalog's. */
const WINDOW_MS = 60 * 60_000;
/** How long a window from the catalog is cached. */
const CATALOG_MS = 60_000;

/** Without storage, quirks are kept until the process ends. */
const NOWHERE: KeptQuirks = { read: async () => [], add: async () => {} };

/** Quirks learned from errors, by provider and model. One read per model every five minutes. */
export function createQuirkMemory(kept: KeptQuirks = NOWHERE): QuirkMemory {
  const known = new LRUCache<string, Quirks>({
    max: MOST_MODELS,
    ...(kept !== NOWHERE && { ttl: KEPT_MS }),
  });
  const windows = new LRUCache<string, number>({ max: MOST_MODELS, ttl: WINDOW_MS });
  const inCatalog = new LRUCache<string, ModelLimits>({ max: MOST_MODELS, ttl: CATALOG_MS });
  async function limitsOf(reference: Reference): Promise<ModelLimits> {
    const key = keyOf(reference);
    const found = inCatalog.get(key);
    if (found) return found;
    const read = (await kept.readLimits?.(reference)) ?? NO_LIMITS;
    inCatalog.set(key, read);
    return read;
  }
  async function of(reference: Reference): Promise<Quirks> {
    const found = known.get(keyOf(reference));
    if (found) return found;
    const read = new Set(await kept.read(reference));
    known.set(keyOf(reference), read);
    return read;
  }
  return {
    of,
    async windowOf(reference) {
      const learned = windows.get(keyOf(reference));
      const { window } = await limitsOf(reference);
      return learned && window ? Math.min(learned, window) : (learned ?? window);
    },
    firstTokenMsOf: async (reference) => (await limitsOf(reference)).firstTokenMs,
    learnWindow: (reference, window) => void windows.set(keyOf(reference), window),
    async learn(reference, quirk) {
      known.set(keyOf(reference), new Set([...(await of(reference)), quirk]));
      await kept.add(reference, quirk);
    },
  };
}

function keyOf({ provider, model }: Reference): string {
  return `${provider} ${model}`;
}
