import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import type { ModelRequest } from '../provider.ts';

/** OpenAI's newer models refuse `max_tokens`; most servers that speak its API know nothing else. */
export type MaxTokensField = 'max_tokens' | 'max_completion_tokens';

export function toChatRequest(
  request: ModelRequest,
  maxTokensField: MaxTokensField,
): ChatCompletionCreateParamsStreaming {
  return {
    model: request.model,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    stream: true,
    stream_options: { include_usage: true },
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(request.topP !== undefined && { top_p: request.topP }),
    ...(request.maxTokens !== undefined && { [maxTokensField]: request.maxTokens }),
    ...(request.stop !== undefined && { stop: [...request.stop] }),
    ...(request.seed !== undefined && { seed: request.seed }),
  };
}
