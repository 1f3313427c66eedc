import Anthropic from '@anthropic-ai/sdk';
import type { VendorConfig } from '../../config.ts';
import { toProviderError } from '../client-error.ts';
import type { ModelRequest, Provider, StreamPart } from '../provider.ts';
import type { Vendor } from '../vendor.ts';
import { DEFAULT_PATIENCE, watchStream } from '../watch-stream.ts';
import { createFetch } from '../wire/fetch.ts';
import { readEvents } from '../wire/read-events.ts';
import { readMessage } from './read-events.ts';
import { toMessagesRequest, versionFor } from './request.ts';

/** Anthropic's Messages API. */
export function createAnthropicProvider(config: VendorConfig, patience = DEFAULT_PATIENCE): Provider {
  const client = createClient(config);
  const vendor: Vendor = {
    name: 'Anthropic',
    keyVariable: 'ANTHROPIC_API_KEY',
    urlVariable: 'ANTHROPIC_BASE_URL',
    apiKey: config.apiKey,
  };

  async function* converse(
    request: ModelRequest,
    signal: AbortSignal,
  ): AsyncGenerator<readonly StreamPart[]> {
    try {
      const body = toMessagesRequest(request);
      // `messages.create` prints to the console when a model is deprecated, and its stream skips unnamed events.
      const version = versionFor(request);
      const headers = version ? { 'anthropic-version': version } : {};
      const response = await client
        .post('/v1/messages', { body, headers, stream: true, signal })
        .asResponse();
      const data = readEvents(response.body as unknown as AsyncIterable<Uint8Array>);
      yield* readMessage(vendor, request.model, data);
    } catch (error) {
      throw toProviderError(vendor, error);
    }
  }
  return {
    id: 'anthropic',
    stream: (request, signal) =>
      watchStream(vendor.name, (either) => converse(request, either), signal, patience),
  };
}

/** What is not set here the library would read from the environment, and what it logs would go to the console. */
function createClient({ apiKey, baseUrl }: VendorConfig): Anthropic {
  return new Anthropic({
    apiKey,
    baseURL: baseUrl,
    fetch: createFetch(),
    // The library sends the key as a bearer token. Servers that stand in for Anthropic's look here, and it does, too.
    defaultHeaders: { 'x-api-key': apiKey },
    webhookKey: null,
    openTelemetry: false,
    logLevel: 'off',
    maxRetries: 0,
  });
}
