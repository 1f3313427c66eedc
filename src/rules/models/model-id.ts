import { PROVIDERS, type ProviderId } from '../../vocabulary.ts';

export interface ModelReference {
  provider: ProviderId;
  /** The vendor's id, verbatim. */
  model: string;
}

export function sameModel(one: ModelReference, other: ModelReference): boolean {
  return one.provider === other.provider && one.model === other.model;
}

/**
 * Patterns that identify a vendor's models even when they are newer than the catalog. `gpt-oss:20b` is
 * Ollama's: only OpenAI's fine-tuned models contain a colon. Models of Azure and custom servers are named by
 * their operators.
 */
const FORMS: Record<ProviderId, RegExp | null> = {
  openai: /^(ft:|(gpt-|chatgpt-|o\d)[^:]*$)/,
  anthropic: /^claude-/,
  azure: null,
  custom: null,
  ollama: /^[^\s:@]+:[\w.-]/,
  demo: /^demo(@|$)/,
};

/**
 * The provider that an id clearly identifies: `provider/rest`, or a known pattern. null: it identifies none.
 */
export function plainProvider(id: string): ModelReference | null {
  const slash = id.indexOf('/');
  const word = PROVIDERS.find((provider) => provider === id.slice(0, slash));
  if (slash > 0 && word && id.length > slash + 1) return { provider: word, model: id.slice(slash + 1) };
  const byForm = PROVIDERS.find((provider) => FORMS[provider]?.test(id));
  return byForm ? { provider: byForm, model: id } : null;
}
