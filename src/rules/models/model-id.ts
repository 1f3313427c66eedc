import { PROVIDERS, type ProviderId } from '../../vocabulary.ts';
import { PROVIDER_FACTS } from './provider-facts.ts';

export interface ModelReference {
  provider: ProviderId;
  /** The vendor's id, verbatim. */
  model: string;
}

export function sameModel(one: ModelReference, other: ModelReference): boolean {
  return one.provider === other.provider && one.model === other.model;
}

/**
 * The provider that an id clearly identifies: `provider/rest`, or a known pattern. null: it identifies none.
 */
export function plainProvider(id: string): ModelReference | null {
  const slash = id.indexOf('/');
  const word = PROVIDERS.find((provider) => provider === id.slice(0, slash));
  if (slash > 0 && word && id.length > slash + 1) return { provider: word, model: id.slice(slash + 1) };
  const byPattern = PROVIDERS.find((provider) => PROVIDER_FACTS[provider].modelPattern?.test(id));
  return byPattern ? { provider: byPattern, model: id } : null;
}
