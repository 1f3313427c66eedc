import Anthropic from '@anthropic-ai/sdk';
import type { MessageCreateParamsStreaming } from '@anthropic-ai/sdk/resources/messages';
import type { VendorConfig } from '../../config.ts';
import { VENDOR_RATES } from '../../rules/models/first-token.ts';
import { toProviderError } from '../failures/client-error.ts';
import type { Provider, StreamPart } from '../provider.ts';
import { askLearning } from '../quirks/ask.ts';
import { createQuirkMemory } from '../quirks/memory.ts';
import { createPatience } from '../stream/patience.ts';
import { DEFAULT_PATIENCE, watchStream } from '../stream/watch-stream.ts';
import type { Vendor } from '../vendor.ts';
import { createFetch } from '../wire/fetch.ts';
import { readEvents } from '../wire/read-events.ts';
import { readMessage } from './read-events.ts';
import { toMessagesRequest, versionFor } from './request.ts';

/** Anthropic's Messages API. */
export function createAnthropicProvider(
  config: VendorConfig,
  patience = DEFAULT_PATIENCE,
  quirks = createQuirkMemory(),
): Provider {
  const client = createClient(config);
  const vendor: Vendor = {
    name: 'Anthropic',
    keyVariable: 'ANTHROPIC_API_KEY',
    urlVariable: 'ANTHROPIC_BASE_URL',
    apiKey: config.apiKey,
  };

  async function* converse(
    body: MessageCreateParamsStreaming,
    signal: AbortSignal,
  ): AsyncGenerator<readonly StreamPart[]> {
    try {
      // `messages.create` prints to the console when a model is deprecated, and its stream skips unnamed events.
      const version = versionFor(body);
      const headers = version ? { 'anthropic-version': version } : {};
      const response = await client
        .post('/v1/messages', { body, headers, stream: true, signal })
        .asResponse();
      const data = readEvents(response.body as unknown as AsyncIterable<Uint8Array>);
      yield* readMessage(vendor, body.model, data);
    } catch (error) {
      throw toProviderError(vendor, error);
    }
  }
  const patienceFor = createPatience(patience, VENDOR_RATES, quirks);
  return {
    id: 'anthropic',
    stream(request, signal) {
      const origin = { provider: 'anthropic', model: request.model } as const;
      return watchStream(
        vendor.name,
        (either) =>
          askLearning(
            quirks,
            origin,
            (known) => toMessagesRequest(request, known),
            (body) => converse(body, either),
          ),
        signal,
        () => patienceFor(origin, request),
      );
    },
  };
}

/** The library would read missing settings from the environment, and log to the console. */
function createClient({ apiKey, baseUrl }: VendorConfig): Anthropic {
  return new Anthropic({
    apiKey,
    baseURL: baseUrl,
    fetch: createFetch(),
    // The library sends the key as a bearer token. Servers compatible with Anthropic's expect this header,
    // which Anthropic accepts as well.
    defaultHeaders: { 'x-api-key': apiKey },
    webhookKey: null,
    openTelemetry: false,
    logLevel: 'off',
    maxRetries: 0,
  });
}
