import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema';
import type {
  ContentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
} from '@anthropic-ai/sdk/resources/messages';
import { coerceError } from '../../errors.ts';
import type { JsonObject } from '../json-object.ts';
import { type ModelMessage, type ModelRequest, ProviderError, type ToolDefinition } from '../provider.ts';
import { argumentsObject } from '../tool-call.ts';

/** Anthropic wants a limit. No model that it still serves has a lower one; reasoning counts, too. */
const MAX_TOKENS = 32_000;

/** The last version that lets a request say how to sample, as far as its model does; later ones refuse it for all. */
const SAMPLING_VERSION = '2023-06-01';

/** The version of the API to ask for; null: the one that the library knows. */
export function versionFor({ temperature, topP }: ModelRequest): string | null {
  return temperature === undefined && topP === undefined ? null : SAMPLING_VERSION;
}

/** A `seed` is left out: Anthropic has none. */
export function toMessagesRequest(request: ModelRequest): MessageCreateParamsStreaming {
  const { temperature, topP, stop, tools, responseSchema } = request;
  const system = request.messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  return {
    model: request.model,
    max_tokens: request.maxTokens ?? MAX_TOKENS,
    messages: toMessages(request.messages),
    stream: true,
    ...(system.length > 0 && { system: system.join('\n\n') }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(stop !== undefined && { stop_sequences: [...stop] }),
    ...(tools?.length && { tools: tools.map(toTool) }),
    ...(responseSchema && { output_config: { format: toFormat(responseSchema) } }),
  };
}

function toMessages(messages: readonly ModelMessage[]): MessageParam[] {
  const sent: MessageParam[] = [];
  for (const message of messages) {
    if (message.role === 'tool') addResult(sent, message);
    else if (message.role !== 'system') sent.push(toMessage(message));
  }
  return sent;
}

/** Anthropic refuses keywords that it cannot enforce; the library turns them into descriptions. */
function toFormat(schema: JsonObject) {
  try {
    return { type: 'json_schema' as const, schema: transformJSONSchema({ ...schema }) };
  } catch (error) {
    const reason = coerceError(error).message;
    const message = `Anthropic cannot hold an answer to this schema: ${reason}. Give every part of it a type.`;
    throw new ProviderError('PROVIDER_BAD_REQUEST', message);
  }
}

/** The results of one turn's calls go into one message. */
function addResult(sent: MessageParam[], message: Extract<ModelMessage, { role: 'tool' }>): void {
  const last = sent.at(-1);
  const result = {
    type: 'tool_result' as const,
    tool_use_id: message.toolCallId,
    content: message.content,
  };
  if (last?.role === 'user' && Array.isArray(last.content)) last.content.push(result);
  else sent.push({ role: 'user', content: [result] });
}

function toMessage(message: Exclude<ModelMessage, { role: 'tool' }>): MessageParam {
  if (message.role !== 'assistant') return { role: 'user', content: message.content };
  const { content, toolCalls = [], vendorTurn } = message;
  if (vendorTurn?.provider === 'anthropic') {
    return { role: 'assistant', content: vendorTurn.content as ContentBlockParam[] };
  }
  if (toolCalls.length === 0) return { role: 'assistant', content };
  const calls = toolCalls.map((call) => ({
    type: 'tool_use' as const,
    id: call.id,
    name: call.name,
    input: argumentsObject(call),
  }));
  // A text block must not be empty.
  return { role: 'assistant', content: content ? [{ type: 'text', text: content }, ...calls] : calls };
}

function toTool({ name, description, parameters }: ToolDefinition) {
  return { name, description, input_schema: { ...parameters, type: 'object' as const } };
}
