import { createAnthropicProvider } from '../../src/providers/anthropic/provider.ts';
import { createCustomProvider } from '../../src/providers/custom/provider.ts';
import { createOllamaProvider } from '../../src/providers/ollama/provider.ts';
import { createOpenAiProvider } from '../../src/providers/openai/provider.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { createAsk } from '../../src/providers/wire/ask.ts';

/** Each provider whose vendor is a server at an address. */
export const CONNECT: Record<string, (url: string) => Provider> = {
  openai: (url) => createOpenAiProvider({ apiKey: 'k', baseUrl: `${url}/v1` }),
  custom: (url) =>
    createCustomProvider({
      endpointOf: async () => ({ baseUrl: `${url}/v1`, apiKey: null }),
      ask: createAsk(),
    }),
  anthropic: (baseUrl) => createAnthropicProvider({ apiKey: 'k', baseUrl }),
  ollama: (baseUrl) => createOllamaProvider({ baseUrl }),
};
