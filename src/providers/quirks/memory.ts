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
  /** Tokens; null: unknown. */
  readWindow?(reference: Reference): Promise<number | null>;
}

export interface QuirkMemory {
  of(reference: Reference): Promise<Quirks>;
  learn(reference: Reference, quirk: Quirk): Promise<void>;
  /** The context window in tokens, as a refusal named it or the catalog has it; null: unknown. */
  windowOf(reference: Reference): Promise<number | null>;
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
  const inCatalog = new LRUCache<string, { window: number | null }>({ max: MOST_MODELS, ttl: CATALOG_MS });
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
      const key = keyOf(reference);
      const learned = windows.get(key);
      const catalog = inCatalog.get(key) ?? { window: (await kept.readWindow?.(reference)) ?? null };
      inCatalog.set(key, catalog, { noUpdateTTL: true });
      return learned && catalog.window ? Math.min(learned, catalog.window) : (learned ?? catalog.window);
    },
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
