import type { ChatRequest, Message, Tool, ToolCall } from 'ollama';
import { fitHistory } from '../history/fit.ts';
import { CHAT_IDS } from '../history/names.ts';
import { schemaInWords } from '../history/reshape.ts';
import type { ModelMessage, ModelRequest, ToolDefinition } from '../provider.ts';
import type { Quirks } from '../quirks/quirk.ts';
import { BASIC_EFFORTS, effortOf } from '../quirks/reasoning-effort.ts';
import { argumentsObject } from '../reading/tool-call.ts';

/** Fields of the API that the types of the client lack. https://docs.ollama.com/api/chat */
type Asked = ChatRequest & { truncate: false; shift: false };
type Call = ToolCall & { id: string };
type Said = Message & { tool_call_id?: string };

/** @param numCtx null: the server's default */
export function toChatRequest(request: ModelRequest, quirks: Quirks, numCtx: number | null): Asked {
  const { temperature, topP, maxTokens, stop, seed, tools, responseSchema } = request;
  const asked = quirks.has('no_response_format') ? schemaInWords(request) : request;
  const options = {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(maxTokens !== undefined && { num_predict: maxTokens }),
    ...(stop !== undefined && { stop: [...stop] }),
    ...(seed !== undefined && { seed }),
    ...(numCtx !== null && { num_ctx: numCtx }),
  };
  return {
    model: request.model,
    messages: fitHistory(asked, { provider: 'ollama', model: request.model }, CHAT_IDS).map(toMessage),
    // Otherwise Ollama silently drops what exceeds its context, before or during the answer.
    truncate: false,
    ...thinking(request, quirks),
    shift: false,
    ...(Object.keys(options).length > 0 && { options }),
    ...(tools?.length && { tools: tools.map(toTool) }),
    ...(responseSchema && !quirks.has('no_response_format') && { format: responseSchema }),
  };
}

/**
 * Models that can only turn thinking on or off treat each level as on.
 * https://docs.ollama.com/capabilities/thinking
 */
function thinking(request: ModelRequest, quirks: Quirks): Pick<Asked, 'think'> {
  const effort = effortOf(request, quirks);
  if (effort === null) return {};
  return { think: effort === 'none' ? false : BASIC_EFFORTS[effort] };
}

function toMessage(message: ModelMessage): Said {
  const { role, content } = message;
  if (role === 'tool')
    return { role, content, tool_name: message.toolName, tool_call_id: message.toolCallId };
  if (role !== 'assistant' || !message.toolCalls?.length) return { role, content };
  const calls = message.toolCalls.map(
    (call): Call => ({ id: call.id, function: { name: call.name, arguments: argumentsObject(call) } }),
  );
  // Thinking that belongs to the calls, for templates that use it.
  const thinking = (message.vendorTurn?.content as { thinking?: string } | undefined)?.thinking;
  return { role, content, tool_calls: calls, ...(thinking && { thinking }) };
}

function toTool({ name, description, parameters }: ToolDefinition): Tool {
  return { type: 'function', function: { name, description, parameters: parameters as object } };
}
