import type { ProviderId } from '../../../vocabulary.ts';

type Provider = Uppercase<ProviderId>;

export const PROVIDER_WORDS = ['openai', 'anthropic', 'local', 'custom'] as const;
export type ProviderWord = (typeof PROVIDER_WORDS)[number];

/** If several have the same word, it refers to the first where there can be only one. */
export const PROVIDER_WORD = {
  OPENAI: 'openai',
  ANTHROPIC: 'anthropic',
  OLLAMA: 'local',
  DEMO: 'local',
  CUSTOM: 'custom',
  AZURE: 'custom',
} satisfies Record<Provider, ProviderWord>;

export function providersOf(word: ProviderWord): [Provider, ...Provider[]] {
  const providers = Object.keys(PROVIDER_WORD) as Provider[];
  return providers.filter((provider) => PROVIDER_WORD[provider] === word) as [Provider, ...Provider[]];
}
