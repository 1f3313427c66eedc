import { LRUCache } from 'lru-cache';
import type { ProviderId } from '../../vocabulary.ts';
import type { Quirk, Quirks } from './quirk.ts';

interface Reference {
  provider: ProviderId;
  model: string;
}

/** Where the quirks of models last longer than a process. */
export interface KeptQuirks {
  read(reference: Reference): Promise<readonly Quirk[]>;
  add(reference: Reference, quirk: Quirk): Promise<void>;
  /** What the catalog has of it. */
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
  /** The context window in tokens, as a refusal named it or the catalog has it; null: unknown. */
  windowOf(reference: Reference): Promise<number | null>;
  /** The setting of the model; null: none. */
  firstTokenMsOf(reference: Reference): Promise<number | null>;
  /** Another server may be there later: for an hour. */
  learnWindow(reference: Reference, window: number): void;
}

const MOST_MODELS = 1_000;
/** After it the kept ones are read again: an operator may have given a model another address. */
const KEPT_MS = 5 * 60_000;

/** How long a window that a refusal named goes before the catalog's. */
const WINDOW_MS = 60 * 60_000;
/** How long one of the catalog is not read again. */
const CATALOG_MS = 60_000;

/** Where nothing is kept, a model's quirks are known until the process ends. */
const NOWHERE: KeptQuirks = { read: async () => [], add: async () => {} };

/** What is learned from refusals, by provider and model. One read for each model every five minutes. */
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
