import type {
  ResponseFunctionToolCall,
  ResponseInputItem,
  ResponseReasoningItem,
} from 'openai/resources/responses/responses';
import type { ModelMessage, ToolCall } from '../../provider.ts';
import type { ResponsesTurn } from './turn.ts';

/**
 * A history as items, without ids: an id means an item that OpenAI has stored, and it is asked to store none.
 * @param isOwnReasoningSent whether turns of this model go back with their reasoning
 */
export function toInput(messages: readonly ModelMessage[], isOwnReasoningSent: boolean): ResponseInputItem[] {
  return messages.filter(({ role }) => role !== 'system').flatMap((one) => toItems(one, isOwnReasoningSent));
}

function toItems(message: ModelMessage, isOwnReasoningSent: boolean): ResponseInputItem[] {
  const { role, content } = message;
  if (role === 'tool')
    return [{ type: 'function_call_output', call_id: message.toolCallId, output: content }];
  if (role !== 'assistant') return [{ role, content }];
  const calls = (message.toolCalls ?? []).map(toCall);
  if (isOwnReasoningSent && message.vendorTurn) {
    return inOrder(message.vendorTurn.content as ResponsesTurn, calls);
  }
  return content === '' ? calls : [{ role, content }, ...calls];
}

function toCall({ id, name, arguments: json }: ToolCall): ResponseFunctionToolCall {
  return { type: 'function_call', call_id: id, name, arguments: json };
}

/** In their original order: OpenAI rejects reasoning without the item that followed it, and vice versa. */
function inOrder({ output }: ResponsesTurn, calls: readonly ResponseFunctionToolCall[]): ResponseInputItem[] {
  const left = [...calls];
  const items = output.flatMap((item): ResponseInputItem[] => {
    if (item.type === 'function_call') return left.splice(0, 1);
    if (item.type === 'message') {
      return [{ role: 'assistant', content: item.text, ...(item.phase && { phase: item.phase }) }];
    }
    // The library's type wants the id of what is stored.
    return [item as Omit<ResponseReasoningItem, 'id'> as ResponseReasoningItem];
  });
  return [...items, ...left];
}
