import type { Config } from '../config.ts';
import type { ProviderId } from '../vocabulary.ts';
import type { CustomModels } from './custom/provider.ts';
import type { Provider } from './provider.ts';
import type { QuirkMemory } from './quirks/memory.ts';

/**
 * Creates a provider from its configuration; null when it is not configured. The vendor's library is loaded
 * then.
 */
type Maker = (config: Config) => ((custom: CustomModels, quirks: QuirkMemory) => Promise<Provider>) | null;

const MAKERS: Record<ProviderId, Maker> = {
  openai: ({ openai }) =>
    openai &&
    (async (_custom, quirks) =>
      (await import('./openai/provider.ts')).createOpenAiProvider(openai, undefined, quirks)),
  anthropic: ({ anthropic }) =>
    anthropic &&
    (async (_custom, quirks) =>
      (await import('./anthropic/provider.ts')).createAnthropicProvider(anthropic, undefined, quirks)),
  azure: ({ azure }) =>
    azure &&
    (async (_custom, quirks) =>
      (await import('./azure/provider.ts')).createAzureProvider(azure, undefined, quirks)),
  custom: () => async (models, quirks) =>
    (await import('./custom/provider.ts')).createCustomProvider(models, undefined, quirks),
  ollama:
    ({ ollama }) =>
    async (_custom, quirks) =>
      (await import('./ollama/provider.ts')).createOllamaProvider(ollama, undefined, quirks),
  demo: () => async () => (await import('./demo/provider.ts')).createDemoProvider(),
};

export type Providers = ReadonlyMap<ProviderId, Provider>;

/** The providers that an installation is configured for. */
export function configuredProviders(config: Config): ProviderId[] {
  return makersOf(config).map(({ id }) => id);
}

export async function createProviders(
  config: Config,
  custom: CustomModels,
  quirks: QuirkMemory,
): Promise<Providers> {
  const providers = await Promise.all(makersOf(config).map(({ make }) => make(custom, quirks)));
  return new Map(providers.map((provider) => [provider.id, provider]));
}

function makersOf(config: Config) {
  return (Object.entries(MAKERS) as [ProviderId, Maker][]).flatMap(([id, maker]) => {
    const make = maker(config);
    return make ? [{ id, make }] : [];
  });
}
