import type { ChatRequest, Message, Tool, ToolCall } from 'ollama';
import type { ModelMessage, ModelRequest, ToolDefinition } from '../provider.ts';
import { argumentsObject } from '../tool-call.ts';

/** What the API takes beside what the client's types know. https://docs.ollama.com/api/chat */
type Asked = ChatRequest & { truncate: false };
type Call = ToolCall & { id: string };
type Said = Message & { tool_call_id?: string };

export function toChatRequest(request: ModelRequest): Asked {
  const { temperature, topP, maxTokens, stop, seed, tools, responseSchema } = request;
  const options = {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(maxTokens !== undefined && { num_predict: maxTokens }),
    ...(stop !== undefined && { stop: [...stop] }),
    ...(seed !== undefined && { seed }),
  };
  return {
    model: request.model,
    messages: request.messages.map(toMessage),
    // Else it drops what exceeds its context, and says nothing.
    truncate: false,
    ...(Object.keys(options).length > 0 && { options }),
    ...(tools?.length && { tools: tools.map(toTool) }),
    ...(responseSchema && { format: responseSchema }),
  };
}

function toMessage(message: ModelMessage): Said {
  const { role, content } = message;
  if (role === 'tool')
    return { role, content, tool_name: message.toolName, tool_call_id: message.toolCallId };
  if (role !== 'assistant' || !message.toolCalls?.length) return { role, content };
  const calls = message.toolCalls.map(
    (call): Call => ({ id: call.id, function: { name: call.name, arguments: argumentsObject(call) } }),
  );
  return { role, content, tool_calls: calls };
}

function toTool({ name, description, parameters }: ToolDefinition): Tool {
  return { type: 'function', function: { name, description, parameters: parameters as object } };
}
