import OpenAI from 'openai';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { CompletionUsage } from 'openai/resources/completions';
import type { OpenAiConfig } from '../../config.ts';
import type { ModelRequest, Provider, StreamPart } from '../provider.ts';
import type { Vendor } from '../vendor.ts';
import { DEFAULT_PATIENCE, watchStream } from '../watch-stream.ts';
import { toProviderError } from './errors.ts';
import { mapFinishReason } from './finish-reason.ts';
import { toChatRequest } from './request.ts';
import { mapUsage } from './usage.ts';

/** OpenAI's chat completions, or any server that speaks them. */
export function createOpenAiProvider(config: OpenAiConfig, patience = DEFAULT_PATIENCE): Provider {
  const client = createClient(config);
  const vendor: Vendor = {
    name: 'OpenAI',
    keyVariable: 'OPENAI_API_KEY',
    urlVariable: 'OPENAI_BASE_URL',
    apiKey: config.apiKey,
  };
  const isOpenAi = new URL(config.baseUrl).hostname === 'api.openai.com';
  const maxTokensField = isOpenAi ? 'max_completion_tokens' : 'max_tokens';

  async function* chat(request: ModelRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
    try {
      const chunks = await client.chat.completions.create(toChatRequest(request, maxTokensField), { signal });
      yield* readChunks(chunks);
    } catch (error) {
      throw toProviderError(vendor, error);
    }
  }
  return {
    id: 'openai',
    stream: (request, signal) =>
      watchStream(vendor.name, (either) => chat(request, either), signal, patience),
  };
}

/** What is null here the library would read from the environment, and what it logs would go to the console. */
function createClient({ apiKey, baseUrl }: OpenAiConfig): OpenAI {
  return new OpenAI({
    apiKey,
    baseURL: baseUrl,
    adminAPIKey: null,
    organization: null,
    project: null,
    logLevel: 'off',
    maxRetries: 0,
  });
}

/** The usage comes in a chunk of its own after the finish reason, so `finish` waits for the end. */
async function* readChunks(chunks: AsyncIterable<ChatCompletionChunk>): AsyncGenerator<StreamPart> {
  let rawReason: string | null = null;
  let usage: Partial<CompletionUsage> | null | undefined;
  for await (const chunk of chunks) {
    usage = chunk.usage ?? usage;
    const choice = chunk.choices?.[0];
    if (!choice) continue;
    yield* readDelta(choice.delta);
    rawReason = choice.finish_reason ?? rawReason;
  }
  if (rawReason)
    yield { type: 'finish', reason: mapFinishReason(rawReason), rawReason, usage: mapUsage(usage) };
}

/** `reasoning_content` and `reasoning` are what compatible servers call their models' thinking. */
type Delta = Partial<ChatCompletionChunk.Choice.Delta> & {
  reasoning_content?: string | null;
  reasoning?: string | null;
};

function* readDelta(delta: Delta | null | undefined): Generator<StreamPart> {
  const reasoning = delta?.reasoning_content ?? delta?.reasoning;
  if (reasoning) yield { type: 'reasoning', text: reasoning };
  if (delta?.content) yield { type: 'text', text: delta.content };
}
