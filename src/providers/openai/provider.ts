import OpenAI from 'openai';
import type { VendorConfig } from '../../config.ts';
import { OWN_SERVER_RATES, VENDOR_RATES } from '../../rules/models/first-token.ts';
import type { Provider } from '../provider.ts';
import { createQuirkMemory } from '../quirks/memory.ts';
import { DEFAULT_PATIENCE } from '../stream/watch-stream.ts';
import { createFetch } from '../wire/fetch.ts';
import { createChatProvider, QUIET } from './chat.ts';
import { createServed, isOpenAiHost } from './served.ts';

/** OpenAI, or any server with its chat completions API. */
export function createOpenAiProvider(
  { apiKey, baseUrl }: VendorConfig,
  patience = DEFAULT_PATIENCE,
  quirks = createQuirkMemory(),
): Provider {
  const isOpenAi = isOpenAiHost(new URL(baseUrl).hostname);
  const vendor = { name: 'OpenAI', keyVariable: 'OPENAI_API_KEY', urlVariable: 'OPENAI_BASE_URL', apiKey };
  const client = new OpenAI({ ...QUIET, apiKey, baseURL: baseUrl, fetch: createFetch() });
  const maxTokensField = isOpenAi ? 'max_completion_tokens' : 'max_tokens';
  const { isOpenAi: hasResponses, ...served } = createServed(vendor, client, baseUrl);
  return {
    ...createChatProvider(
      { id: 'openai', vendor, client, maxTokensField, hasCacheKeys: isOpenAi, hasResponses },
      patience,
      quirks,
      isOpenAi ? VENDOR_RATES : OWN_SERVER_RATES,
    ),
    ...served,
  };
}
