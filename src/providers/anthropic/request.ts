import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema';
import type {
  ContentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
} from '@anthropic-ai/sdk/resources/messages';
import { coerceError } from '../../errors.ts';
import type { JsonObject } from '../../rules/json/json-object.ts';
import { fitHistory } from '../history/fit.ts';
import { PLAIN_IDS } from '../history/names.ts';
import { schemaInWords } from '../history/reshape.ts';
import { type ModelMessage, type ModelRequest, ProviderError, type ToolDefinition } from '../provider.ts';
import type { Quirk, Quirks } from '../quirks/quirk.ts';
import { argumentsObject } from '../reading/tool-call.ts';
import { withBreakpoints } from './breakpoints.ts';
import { reasoningFor } from './thinking.ts';

/** Anthropic requires a limit. All current models support this one; reasoning is included. */
const MAX_TOKENS = 32_000;

/**
 * The last version that accepts sampling parameters, as far as the model does; later ones reject them for all
 * models.
 */
const SAMPLING_VERSION = '2023-06-01';

/** The API version to request; null: the default of the library. */
export function versionFor(body: object): string | null {
  return 'temperature' in body || 'top_p' in body ? SAMPLING_VERSION : null;
}

/** `seed` is omitted, because Anthropic does not support it. */
export function toMessagesRequest(request: ModelRequest, quirks: Quirks): MessageCreateParamsStreaming {
  const { temperature, topP, stop, tools, responseSchema } = request;
  const asked = quirks.has('no_response_format') ? schemaInWords(request) : request;
  const messages = fitHistory(asked, { provider: 'anthropic', model: request.model }, PLAIN_IDS);
  const takes = (quirk: Quirk) => !quirks.has(quirk);
  const maxTokens = request.maxTokens ?? MAX_TOKENS;
  const said = toMessages(messages);
  const { thinking, effort } = reasoningFor(request, { maxTokens, messages: said, quirks });
  // A model that thinks accepts no sampling parameters.
  const isSampled = thinking === undefined || thinking.type === 'disabled';
  const format = responseSchema && takes('no_response_format') ? toFormat(responseSchema) : null;
  const body: MessageCreateParamsStreaming = {
    model: request.model,
    max_tokens: maxTokens,
    messages: said,
    stream: true,
    ...(messages[0]?.role === 'system' && { system: messages[0].content }),
    ...(isSampled && temperature !== undefined && takes('no_temperature') && { temperature }),
    ...(isSampled && topP !== undefined && takes('no_top_p') && { top_p: topP }),
    ...(stop !== undefined &&
      takes('no_stop') && { stop_sequences: stop.filter((one) => one.trim() !== '') }),
    ...(tools?.length && { tools: tools.map(toTool) }),
    ...(thinking && { thinking }),
    ...((format || effort) && { output_config: { ...(effort && { effort }), ...(format && { format }) } }),
  };
  return request.cache?.isReadSoon && takes('no_cache_control') ? withBreakpoints(body) : body;
}

function toMessages(messages: readonly ModelMessage[]): MessageParam[] {
  const sent: MessageParam[] = [];
  for (const message of messages) {
    if (message.role === 'tool') addResult(sent, message);
    else if (message.role !== 'system') sent.push(toMessage(message));
  }
  return sent;
}

/** Anthropic rejects keywords that it cannot enforce; the library turns them into descriptions. */
function toFormat(schema: JsonObject) {
  try {
    return { type: 'json_schema' as const, schema: transformJSONSchema({ ...schema }) };
  } catch (error) {
    const reason = coerceError(error).message;
    const message = `Anthropic cannot enforce this schema: ${reason}. Give every part of it a type.`;
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
  if (vendorTurn) return { role: 'assistant', content: withoutBlanks(vendorTurn.content) };
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

/** Claude may write blank text itself, but rejects it in requests. */
function withoutBlanks(content: unknown): ContentBlockParam[] {
  const blocks = content as ContentBlockParam[];
  return blocks.filter((block) => block.type !== 'text' || block.text.trim() !== '');
}

function toTool({ name, description, parameters }: ToolDefinition) {
  return { name, description, input_schema: { ...parameters, type: 'object' as const } };
}
