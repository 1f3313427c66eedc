import type OpenAI from 'openai';
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import { OWN_SERVER_RATES } from '../../rules/models/first-token.ts';
import type { ProviderId } from '../../vocabulary.ts';
import { toProviderError } from '../failures/client-error.ts';
import type { Origin } from '../history/origin.ts';
import type { ModelRequest, Provider, StreamPart } from '../provider.ts';
import { askLearning } from '../quirks/ask.ts';
import type { QuirkMemory } from '../quirks/memory.ts';
import { createPatience } from '../stream/patience.ts';
import { type Patience, watchStream } from '../stream/watch-stream.ts';
import type { Vendor } from '../vendor.ts';
import { readEvents } from '../wire/read-events.ts';
import { readChunks } from './read-chunks.ts';
import { isReasoningModel } from './reasoning-models.ts';
import { type MaxTokensField, toChatRequest } from './request.ts';
import { usesResponses } from './responses/choose-api.ts';
import { toResponsesRequest } from './responses/request.ts';
import { respond } from './responses/send.ts';

export interface ChatVendor {
  id: ProviderId;
  vendor: Vendor;
  client: OpenAI;
  maxTokensField: MaxTokensField;
  /** Whether it is OpenAI's own server: others reject a cache key, or do not use it. */
  hasCacheKeys: boolean;
  /** Whether the server has OpenAI's Responses API; absent: it does not. */
  hasResponses?(): Promise<boolean>;
}

/** Settings that the library would otherwise read from the environment; it would also log to the console. */
export const QUIET = {
  adminAPIKey: null,
  organization: null,
  project: null,
  logLevel: 'off',
  maxRetries: 0,
} as const;

/** A provider for OpenAI's chat completions; uses the Responses API for reasoning models where available. */
export function createChatProvider(
  { id, vendor, client, maxTokensField, hasCacheKeys, hasResponses }: ChatVendor,
  patience: Patience,
  quirks: QuirkMemory,
  rates = OWN_SERVER_RATES,
): Provider {
  const isOpenRouter = new URL(client.baseURL).hostname === 'openrouter.ai';
  const patienceFor = createPatience(patience, rates, quirks);

  async function* chat(
    origin: Origin,
    body: ChatCompletionCreateParamsStreaming,
    signal: AbortSignal,
  ): AsyncGenerator<readonly StreamPart[]> {
    try {
      // The library's own stream parser costs more than all our processing, and is strict.
      const response = await client.chat.completions.create(body, { signal }).asResponse();
      const data = readEvents(response.body as unknown as AsyncIterable<Uint8Array>);
      yield* readChunks(vendor, origin, { data, headers: response.headers });
    } catch (error) {
      throw toProviderError(vendor, error);
    }
  }

  async function* ask(
    origin: Origin,
    request: ModelRequest,
    signal: AbortSignal,
  ): AsyncGenerator<readonly StreamPart[]> {
    const mayRespond = isReasoningModel(request.model) && ((await hasResponses?.()) ?? false);
    const usual = { origin, usual: maxTokensField, hasCacheKeys, isOpenRouter };
    yield* askLearning(
      quirks,
      origin,
      (known) =>
        mayRespond && usesResponses(request, known)
          ? toResponsesRequest(request, origin, known)
          : toChatRequest(request, { ...usual, quirks: known }),
      (body) =>
        'input' in body
          ? respond({ client, vendor }, origin, body, signal)
          : chat(origin, body as ChatCompletionCreateParamsStreaming, signal),
    );
  }

  async function patienceWith(origin: Origin, request: ModelRequest): Promise<Patience> {
    const usual = await patienceFor(origin, request);
    if (!isReasoningModel(request.model)) return usual;
    // It may pause to reason again after its first words.
    return { ...usual, idleMs: Math.max(usual.idleMs, usual.firstPartMs) };
  }
  return {
    id,
    stream(request, signal) {
      const origin = { provider: id, model: request.model };
      return watchStream(
        vendor.name,
        (either) => ask(origin, request, either),
        signal,
        () => patienceWith(origin, request),
      );
    },
  };
}
