import OpenAI from 'openai';
import { DomainError } from '../../errors.ts';
import { createChatProvider, QUIET } from '../openai/chat.ts';
import { type ModelRequest, type Provider, ProviderError, type StreamPart } from '../provider.ts';
import { createQuirkMemory } from '../quirks/memory.ts';
import { DEFAULT_PATIENCE } from '../stream/watch-stream.ts';
import type { Ask } from '../wire/ask.ts';
import { createFetch } from '../wire/fetch.ts';

/** Where a model is served. */
export interface CustomEndpoint {
  /** Of its chat completions, without their path: `https://models.example.com/v1`. */
  baseUrl: string;
  /** null: it wants none. */
  apiKey: string | null;
}

/** What the custom provider is handed, because it has neither a configuration nor the catalog. */
export interface CustomModels {
  /** As the catalog has it now; null: it does not. @throws DomainError when its key cannot be read. */
  endpointOf(model: string): Promise<CustomEndpoint | null>;
  /** Reaches only addresses that it may, and follows no redirects. */
  ask: Ask;
}

/** Any server that speaks OpenAI's chat completions, each model at the address that its row of the catalog names. */
export function createCustomProvider(
  models: CustomModels,
  patience = DEFAULT_PATIENCE,
  quirks = createQuirkMemory(),
): Provider {
  function connect({ baseUrl, apiKey }: CustomEndpoint): Provider {
    return createChatProvider(
      {
        id: 'custom',
        vendor: {
          name: 'The custom model',
          keyVariable: 'the apiKey of the model',
          urlVariable: 'the baseUrl of the model',
          apiKey: apiKey ?? '',
        },
        client: new OpenAI({
          ...QUIET,
          apiKey: apiKey ?? 'none',
          baseURL: baseUrl,
          fetch: createFetch(models.ask),
          ...(apiKey === null && { defaultHeaders: { authorization: null } }),
        }),
        maxTokensField: 'max_tokens',
        hasCacheKeys: false,
      },
      patience,
      quirks,
    );
  }

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<readonly StreamPart[]> {
    signal.throwIfAborted();
    const endpoint = await models.endpointOf(request.model);
    if (!endpoint) {
      const message = `The catalog has no custom model ${request.model} any more. Name another one.`;
      throw new ProviderError('MODEL_NOT_FOUND', message, { status: 404 });
    }
    try {
      yield* connect(endpoint).stream(request, signal);
    } catch (error) {
      throw refusalIn(error) ?? error;
    }
  }
  return { id: 'custom', stream };
}

/** An address that may not be reached is what `fetch` says, wrapped by the library. */
function refusalIn(thrown: unknown): ProviderError | null {
  if (!(thrown instanceof Error)) return null;
  if (!(thrown instanceof DomainError)) return refusalIn(thrown.cause);
  return new ProviderError('ADDRESS_REFUSED', `The custom model was not asked: ${thrown.message}`);
}
