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
}

export interface QuirkMemory {
  of(reference: Reference): Promise<Quirks>;
  learn(reference: Reference, quirk: Quirk): Promise<void>;
}

const MOST_MODELS = 1_000;
/** After it the kept ones are read again: an operator may have given a model another address. */
const KEPT_MS = 5 * 60_000;

/** Where nothing is kept, a model's quirks are known until the process ends. */
const NOWHERE: KeptQuirks = { read: async () => [], add: async () => {} };

/** What is learned from refusals, by provider and model. One read for each model every five minutes. */
export function createQuirkMemory(kept: KeptQuirks = NOWHERE): QuirkMemory {
  const known = new LRUCache<string, Quirks>({
    max: MOST_MODELS,
    ...(kept !== NOWHERE && { ttl: KEPT_MS }),
  });
  async function of(reference: Reference): Promise<Quirks> {
    const found = known.get(keyOf(reference));
    if (found) return found;
    const read = new Set(await kept.read(reference));
    known.set(keyOf(reference), read);
    return read;
  }
  return {
    of,
    async learn(reference, quirk) {
      known.set(keyOf(reference), new Set([...(await of(reference)), quirk]));
      await kept.add(reference, quirk);
    },
  };
}

function keyOf({ provider, model }: Reference): string {
  return `${provider} ${model}`;
}
