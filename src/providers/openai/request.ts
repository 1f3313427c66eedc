import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { JsonObject } from '../../rules/json/json-object.ts';
import { fitHistory } from '../history/fit.ts';
import { CHAT_IDS, SHORT_IDS } from '../history/names.ts';
import type { Origin } from '../history/origin.ts';
import { joinRoles, schemaInWords, withoutSystem } from '../history/reshape.ts';
import type { ModelMessage, ModelRequest, ToolDefinition } from '../provider.ts';
import type { Quirk, Quirks } from '../quirks/quirk.ts';
import { reasoningBudget } from '../quirks/reasoning-budget.ts';
import { effortOf } from '../quirks/reasoning-effort.ts';
import { isOfReasoningFamily } from './reasoning-models.ts';
import { namedSchema } from './strict-schema.ts';
import type { ChatTurn } from './turn.ts';

/** OpenAI's newer models reject `max_tokens`; most servers with its API know nothing else. */
export type MaxTokensField = 'max_tokens' | 'max_completion_tokens';

/** @param usual accepted by most models of this server */
function maxTokensField(model: string, usual: MaxTokensField, quirks: Quirks): MaxTokensField {
  if (quirks.has('max_tokens')) return 'max_tokens';
  return quirks.has('max_completion_tokens') || isOfReasoningFamily(model) ? 'max_completion_tokens' : usual;
}

interface Asked {
  origin: Origin;
  usual: MaxTokensField;
  hasCacheKeys?: boolean;
  isOpenRouter?: boolean;
  quirks: Quirks;
}

export function toChatRequest(
  request: ModelRequest,
  { origin, usual, hasCacheKeys, isOpenRouter, quirks }: Asked,
): ChatCompletionCreateParamsStreaming {
  const { temperature, topP, maxTokens, stop, seed, tools, responseSchema, cache } = request;
  const takes = (quirk: Quirk) => !quirks.has(quirk);
  const limit = maxTokensField(request.model, usual, quirks);
  return {
    model: request.model,
    messages: toMessages(request, origin, quirks),
    stream: true,
    ...(takes('no_stream_options') && { stream_options: { include_usage: true } }),
    ...(temperature !== undefined && takes('no_temperature') && { temperature }),
    ...(topP !== undefined && takes('no_top_p') && { top_p: topP }),
    ...(maxTokens !== undefined && { [limit]: maxTokens }),
    ...(stop !== undefined && takes('no_stop') && { stop: [...stop] }),
    ...(seed !== undefined && takes('no_seed') && { seed }),
    ...(isOpenRouter ? routedReasoning(request, quirks) : reasoning(request, quirks)),
    // Requests with the same key are routed to the server that has cached their beginning.
    // https://developers.openai.com/api/docs/guides/prompt-caching
    ...(cache && hasCacheKeys && takes('no_prompt_cache_key') && { prompt_cache_key: cache.key }),
    ...(tools?.length && { tools: tools.map(toTool) }),
    ...(responseSchema &&
      takes('no_response_format') && { response_format: toResponseFormat(responseSchema) }),
  };
}

function reasoning(request: ModelRequest, quirks: Quirks) {
  const effort = effortOf(request, quirks);
  return effort === null ? {} : { reasoning_effort: effort };
}

/** It accepts only one of the two. https://openrouter.ai/docs/use-cases/reasoning-tokens */
function routedReasoning(request: ModelRequest, quirks: Quirks) {
  const effort = effortOf(request, quirks);
  const { maxReasoningTokens, maxTokens = Number.POSITIVE_INFINITY } = request;
  const budget = reasoningBudget(maxReasoningTokens ?? 0, maxTokens);
  if (budget !== null && !quirks.has('no_reasoning_effort')) return { reasoning: { max_tokens: budget } };
  return effort === null ? {} : { reasoning: { effort } };
}

function toMessages(request: ModelRequest, origin: Origin, quirks: Quirks): ChatCompletionMessageParam[] {
  const asked = quirks.has('no_response_format') ? schemaInWords(request) : request;
  let messages = fitHistory(asked, origin, quirks.has('short_call_ids') ? SHORT_IDS : CHAT_IDS);
  if (quirks.has('no_system')) messages = withoutSystem(messages);
  if (quirks.has('alternating_roles')) messages = joinRoles(messages);
  return messages.map((message) => toMessage(message, quirks));
}

function toMessage(message: ModelMessage, quirks: Quirks): ChatCompletionMessageParam {
  const { role, content } = message;
  if (role === 'tool') return { role, content, tool_call_id: message.toolCallId };
  if (role !== 'assistant' || !message.toolCalls?.length) return { role, content };
  const turn = quirks.has('no_reasoning') ? null : (message.vendorTurn?.content as ChatTurn | undefined);
  const calls = message.toolCalls.map(({ id, name, arguments: json }, index) => ({
    ...(index === 0 && quirks.has('thought_signatures') && SKIPPED),
    ...turn?.calls[index],
    id,
    type: 'function' as const,
    function: { name, arguments: json },
  }));
  const reasoning = quirks.has('reasoning_content') ? { reasoning_content: content || NOT_KEPT } : {};
  return { ...reasoning, ...turn?.message, role, content: content || null, tool_calls: calls };
}

/**
 * Accepted by Gemini for a call of another model. https://ai.google.dev/gemini-api/docs/thought-signatures
 */
const SKIPPED = { extra_content: { google: { thought_signature: 'skip_thought_signature_validator' } } };
const NOT_KEPT = '(not recorded)';

function toTool({ name, description, parameters }: ToolDefinition) {
  return { type: 'function' as const, function: { name, description, parameters: { ...parameters } } };
}

function toResponseFormat(schema: JsonObject) {
  return { type: 'json_schema' as const, json_schema: namedSchema(schema) };
}
