import { newId } from '../../rules/ids/ids.ts';
import { isJsonObject, type JsonObject } from '../../rules/json/json-object.ts';
import { storable } from '../../rules/text/text.ts';
import type { StreamPart, ToolCall } from '../provider.ts';

type ToolCallPart = Extract<StreamPart, { type: 'tool_call' }>;

/** @param sent as sent by the vendor; some servers send no id */
export function toolCallPart(sent: { id?: string | null; name: string; arguments: string }): ToolCallPart {
  return {
    type: 'tool_call',
    id: storable(sent.id || `call_${newId()}`),
    name: storable(sent.name),
    // Tools without parameters are called without arguments.
    arguments: storable(sent.arguments) || '{}',
  };
}

/** For vendors that expect arguments as an object. Invalid ones were reported to the model as an error. */
export function argumentsObject(call: ToolCall): JsonObject {
  try {
    const parsed: unknown = JSON.parse(call.arguments);
    return isJsonObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
