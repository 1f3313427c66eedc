import type OpenAI from 'openai';
import type { ProviderId } from '../../vocabulary.ts';
import { toProviderError } from '../client-error.ts';
import type { ModelRequest, Provider, StreamPart } from '../provider.ts';
import type { Vendor } from '../vendor.ts';
import { type Patience, watchStream } from '../watch-stream.ts';
import { readEvents } from '../wire/read-events.ts';
import { readChunks } from './read-chunks.ts';
import { type MaxTokensField, toChatRequest } from './request.ts';

export interface ChatVendor {
  id: ProviderId;
  vendor: Vendor;
  client: OpenAI;
  maxTokensField: MaxTokensField;
}

/** What the library would else read from the environment, and log to the console. */
export const QUIET = {
  adminAPIKey: null,
  organization: null,
  project: null,
  logLevel: 'off',
  maxRetries: 0,
} as const;

/** A provider that speaks OpenAI's chat completions. */
export function createChatProvider(
  { id, vendor, client, maxTokensField }: ChatVendor,
  patience: Patience,
): Provider {
  async function* chat(request: ModelRequest, signal: AbortSignal): AsyncGenerator<readonly StreamPart[]> {
    try {
      const body = toChatRequest(request, maxTokensField);
      // The library's own reading of the stream costs more than all that we do with it, and is strict.
      const response = await client.chat.completions.create(body, { signal }).asResponse();
      const data = readEvents(response.body as unknown as AsyncIterable<Uint8Array>);
      const origin = { provider: id, model: request.model };
      yield* readChunks(vendor, origin, { data, headers: response.headers });
    } catch (error) {
      throw toProviderError(vendor, error);
    }
  }
  return {
    id,
    stream: (request, signal) =>
      watchStream(vendor.name, (either) => chat(request, either), signal, patience),
  };
}
