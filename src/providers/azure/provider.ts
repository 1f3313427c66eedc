import { AzureOpenAI } from 'openai';
import type { AzureConfig } from '../../config.ts';
import { VENDOR_RATES } from '../../rules/models/first-token.ts';
import { createChatProvider, QUIET } from '../openai/chat.ts';
import type { Provider } from '../provider.ts';
import { createQuirkMemory } from '../quirks/memory.ts';
import { DEFAULT_PATIENCE } from '../stream/watch-stream.ts';
import { createFetch } from '../wire/fetch.ts';

/**
 * Azure OpenAI: OpenAI's chat completions with different paths and keys. The id of a model is the name of its
 * deployment.
 */
export function createAzureProvider(
  { apiKey, endpoint, apiVersion }: AzureConfig,
  patience = DEFAULT_PATIENCE,
  quirks = createQuirkMemory(),
): Provider {
  return createChatProvider(
    {
      id: 'azure',
      vendor: {
        name: 'Azure OpenAI',
        keyVariable: 'AZURE_OPENAI_API_KEY',
        urlVariable: 'AZURE_OPENAI_ENDPOINT',
        apiKey,
      },
      // With an `endpoint`, the library would also read OPENAI_BASE_URL from the environment, and fail for
      // having both.
      client: new AzureOpenAI({
        ...QUIET,
        apiKey,
        apiVersion,
        baseURL: `${endpoint}/openai`,
        fetch: createFetch(),
      }),
      maxTokensField: 'max_completion_tokens',
      hasCacheKeys: true,
    },
    patience,
    quirks,
    VENDOR_RATES,
  );
}
