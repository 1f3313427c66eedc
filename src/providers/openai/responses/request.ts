import type { FunctionTool, ResponseCreateParamsStreaming } from 'openai/resources/responses/responses';
import type { JsonObject } from '../../../rules/json/json-object.ts';
import { fitHistory } from '../../history/fit.ts';
import { CHAT_IDS } from '../../history/names.ts';
import type { Origin } from '../../history/origin.ts';
import { schemaInWords } from '../../history/reshape.ts';
import type { ModelRequest, ToolDefinition } from '../../provider.ts';
import type { Quirk, Quirks } from '../../quirks/quirk.ts';
import { effortOf } from '../../quirks/reasoning-effort.ts';
import { namedSchema } from '../strict-schema.ts';
import { toInput } from './input.ts';

/**
 * Nothing is stored at OpenAI: the reasoning comes encrypted, and goes back in the next request. A summary of it is not
 * asked for, because organisations that are not verified are refused for it.
 * https://developers.openai.com/api/docs/guides/reasoning
 */
export function toResponsesRequest(
  request: ModelRequest,
  origin: Origin,
  quirks: Quirks,
): ResponseCreateParamsStreaming {
  const { model, temperature, topP, maxTokens, tools, responseSchema, cache } = request;
  const takes = (quirk: Quirk) => !quirks.has(quirk);
  const asked = takes('no_response_format') ? request : schemaInWords(request);
  const messages = fitHistory(asked, { ...origin, api: 'responses' }, CHAT_IDS);
  const effort = effortOf(request, quirks);
  return {
    model,
    ...(messages[0]?.role === 'system' && { instructions: messages[0].content }),
    input: toInput(messages, takes('no_reasoning')),
    stream: true,
    store: false,
    include: ['reasoning.encrypted_content'],
    ...(temperature !== undefined && takes('no_temperature') && { temperature }),
    ...(topP !== undefined && takes('no_top_p') && { top_p: topP }),
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
    ...(effort !== null && { reasoning: { effort } }),
    ...(cache && takes('no_prompt_cache_key') && { prompt_cache_key: cache.key }),
    ...(tools?.length && { tools: tools.map(toTool) }),
    ...(responseSchema && takes('no_response_format') && { text: { format: toFormat(responseSchema) } }),
  };
}

/** `strict` defaults to true in this API, which changes or rejects schemas; in chat completions it defaults to false. */
function toTool({ name, description, parameters }: ToolDefinition): FunctionTool {
  return { type: 'function', name, description, parameters: { ...parameters }, strict: false };
}

function toFormat(schema: JsonObject) {
  return { type: 'json_schema' as const, ...namedSchema(schema) };
}
