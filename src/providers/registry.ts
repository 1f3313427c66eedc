import type { Config } from '../config.ts';
import type { ProviderId } from '../vocabulary.ts';
import { createAnthropicProvider } from './anthropic/provider.ts';
import { createAzureProvider } from './azure.ts';
import { createDemoProvider } from './demo/provider.ts';
import { createOllamaProvider } from './ollama/provider.ts';
import { createOpenAiProvider } from './openai/provider.ts';
import type { Provider } from './provider.ts';

/** Every provider, made from its configuration; null when it is not configured. */
const MAKERS: Record<ProviderId, (config: Config) => Provider | null> = {
  openai: (config) => config.openai && createOpenAiProvider(config.openai),
  anthropic: (config) => config.anthropic && createAnthropicProvider(config.anthropic),
  azure: (config) => config.azure && createAzureProvider(config.azure),
  ollama: (config) => createOllamaProvider(config.ollama),
  demo: () => createDemoProvider(),
};

export type Providers = ReadonlyMap<ProviderId, Provider>;

export function createProviders(config: Config): Providers {
  const providers = Object.values(MAKERS).map((make) => make(config));
  return new Map(
    providers.filter((provider) => provider !== null).map((provider) => [provider.id, provider]),
  );
}
