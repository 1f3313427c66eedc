import { PROVIDERS, type ProviderId } from '../vocabulary.ts';

export interface ModelReference {
  provider: ProviderId;
  /** The vendor's id, verbatim. */
  model: string;
}

/** Prefixes by which a vendor's models are known even when they are newer than the catalog. */
const PREFIXES: Record<ProviderId, RegExp> = {
  openai: /^(gpt-|chatgpt-|o\d)/,
  demo: /^demo(@|$)/,
};

/**
 * Whose model it plainly is: `provider/rest`, or a known prefix. null when the id does not tell.
 */
export function plainProvider(id: string): ModelReference | null {
  const slash = id.indexOf('/');
  const word = PROVIDERS.find((provider) => provider === id.slice(0, slash));
  if (slash > 0 && word && id.length > slash + 1) return { provider: word, model: id.slice(slash + 1) };
  const byPrefix = PROVIDERS.find((provider) => PREFIXES[provider].test(id));
  return byPrefix ? { provider: byPrefix, model: id } : null;
}
