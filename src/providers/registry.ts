import type { Config } from '../config.ts';
import type { ProviderId } from '../vocabulary.ts';
import { createDemoProvider } from './demo.ts';
import { createOpenAiProvider } from './openai/provider.ts';
import type { Provider } from './provider.ts';

/** Every provider, made from its configuration; null when it is not configured. */
const MAKERS: Record<ProviderId, (config: Config) => Provider | null> = {
  openai: (config) => config.openai && createOpenAiProvider(config.openai),
  demo: () => createDemoProvider(),
};

export type Providers = ReadonlyMap<ProviderId, Provider>;

export function createProviders(config: Config): Providers {
  const providers = Object.values(MAKERS).map((make) => make(config));
  return new Map(
    providers.filter((provider) => provider !== null).map((provider) => [provider.id, provider]),
  );
}
