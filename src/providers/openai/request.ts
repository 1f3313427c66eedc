import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { JsonObject } from '../json-object.ts';
import type { ModelMessage, ModelRequest, ToolDefinition } from '../provider.ts';
import { isStrict } from './strict-schema.ts';

/** OpenAI's newer models refuse `max_tokens`; most servers that speak its API know nothing else. */
export type MaxTokensField = 'max_tokens' | 'max_completion_tokens';

export function toChatRequest(
  request: ModelRequest,
  maxTokensField: MaxTokensField,
): ChatCompletionCreateParamsStreaming {
  const { temperature, topP, maxTokens, stop, seed, tools, responseSchema } = request;
  return {
    model: request.model,
    messages: request.messages.map(toMessage),
    stream: true,
    stream_options: { include_usage: true },
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(maxTokens !== undefined && { [maxTokensField]: maxTokens }),
    ...(stop !== undefined && { stop: [...stop] }),
    ...(seed !== undefined && { seed }),
    ...(tools?.length && { tools: tools.map(toTool) }),
    ...(responseSchema && { response_format: toResponseFormat(responseSchema) }),
  };
}

function toMessage(message: ModelMessage): ChatCompletionMessageParam {
  const { role, content } = message;
  if (role === 'tool') return { role, content, tool_call_id: message.toolCallId };
  if (role !== 'assistant' || !message.toolCalls?.length) return { role, content };
  const calls = message.toolCalls.map(({ id, name, arguments: json }) => ({
    id,
    type: 'function' as const,
    function: { name, arguments: json },
  }));
  return { role, content: content || null, tool_calls: calls };
}

function toTool({ name, description, parameters }: ToolDefinition) {
  return { type: 'function' as const, function: { name, description, parameters: { ...parameters } } };
}

function toResponseFormat(schema: JsonObject) {
  const json_schema = { name: 'answer', schema: { ...schema }, strict: isStrict(schema) };
  return { type: 'json_schema' as const, json_schema };
}
