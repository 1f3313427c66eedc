import OpenAI from 'openai';
import { DomainError } from '../../errors.ts';
import { createChatProvider, QUIET } from '../openai/chat.ts';
import { type ModelRequest, type Provider, ProviderError, type StreamPart } from '../provider.ts';
import { createQuirkMemory } from '../quirks/memory.ts';
import { DEFAULT_PATIENCE } from '../stream/watch-stream.ts';
import type { Ask } from '../wire/ask.ts';
import { createFetch } from '../wire/fetch.ts';

/** The server of a model. */
export interface CustomEndpoint {
  /** Base URL of its chat completions: `https://models.example.com/v1`. */
  baseUrl: string;
  /** null: it needs none. */
  apiKey: string | null;
}

/** Dependencies of the custom provider, which has neither a configuration nor the catalog. */
export interface CustomModels {
  /** As currently stored in the catalog; null: unknown. @throws DomainError when its key cannot be read */
  endpointOf(model: string): Promise<CustomEndpoint | null>;
  /** Connects only to permitted addresses, and does not follow redirects. */
  ask: Ask;
}

/** Any server with OpenAI's chat completions; the base URL of each model is in its row of the catalog. */
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
      const message = `The catalog no longer has the custom model ${request.model}. Name another one.`;
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

/** `fetch` reports an address that may not be reached, wrapped by the library. */
function refusalIn(thrown: unknown): ProviderError | null {
  if (!(thrown instanceof Error)) return null;
  if (!(thrown instanceof DomainError)) return refusalIn(thrown.cause);
  return new ProviderError(
    'ADDRESS_REFUSED',
    `The request to the custom model was not sent: ${thrown.message}`,
  );
}
