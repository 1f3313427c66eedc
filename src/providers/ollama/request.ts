import type { JsonObject } from '../json-object.ts';
import type { ModelMessage, ModelRequest, ToolDefinition } from '../provider.ts';
import { argumentsObject } from '../tool-call.ts';

/** https://docs.ollama.com/api/chat */
export function toChatRequest(request: ModelRequest): JsonObject {
  const { temperature, topP, maxTokens, stop, seed, tools, responseSchema } = request;
  const options = {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(maxTokens !== undefined && { num_predict: maxTokens }),
    ...(stop !== undefined && { stop }),
    ...(seed !== undefined && { seed }),
  };
  return {
    model: request.model,
    messages: request.messages.map(toMessage),
    stream: true,
    // Else it drops what exceeds its context, and says nothing.
    truncate: false,
    ...(Object.keys(options).length > 0 && { options }),
    ...(tools?.length && { tools: tools.map(toTool) }),
    ...(responseSchema && { format: responseSchema }),
  };
}

function toMessage(message: ModelMessage): JsonObject {
  const { role, content } = message;
  if (role === 'tool')
    return { role, content, tool_name: message.toolName, tool_call_id: message.toolCallId };
  if (role !== 'assistant' || !message.toolCalls?.length) return { role, content };
  const calls = message.toolCalls.map((call) => ({
    id: call.id,
    function: { name: call.name, arguments: argumentsObject(call) },
  }));
  return { role, content, tool_calls: calls };
}

function toTool({ name, description, parameters }: ToolDefinition): JsonObject {
  return { type: 'function', function: { name, description, parameters } };
}
