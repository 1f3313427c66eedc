import { countCharacters } from '../bounded-answer.ts';
import type { StreamPart, VendorTurn } from '../provider.ts';
import { argumentsObject, toolCallPart } from '../tool-call.ts';
import type { AnthropicEvent, ContentBlock } from './events.ts';

interface Gathered {
  block: ContentBlock;
  /** Text, thinking or the JSON of arguments. */
  text: string;
  signature: string;
  call: Extract<StreamPart, { type: 'tool_call' }> | null;
}

/** The blocks of one answer, as far as they have come. */
export function gatherTurn() {
  const blocks = new Map<number, Gathered>();
  const count = countCharacters();
  return {
    *add({ type, index, content_block, delta }: AnthropicEvent): Generator<StreamPart> {
      if (type === 'content_block_start' && content_block) {
        blocks.set(index ?? 0, { block: content_block, text: '', signature: '', call: null });
      }
      const gathered = blocks.get(index ?? 0);
      if (!gathered) return;
      count(delta?.partial_json, delta?.signature);
      if (type === 'content_block_delta') yield* grow(gathered, delta);
      if (type === 'content_block_stop' && gathered.block.type === 'tool_use') yield close(gathered);
    },
    /** Needed only where the turn has signed reasoning, which goes back unaltered or is refused. */
    vendorTurn(): VendorTurn | null {
      const gathered = [...blocks.values()];
      const isSigned = gathered.some(
        ({ block, signature }) => signature || block.type === 'redacted_thinking',
      );
      return isSigned ? { provider: 'anthropic', content: gathered.flatMap(asSent) } : null;
    },
  };
}

function* grow(gathered: Gathered, delta: AnthropicEvent['delta']): Generator<StreamPart> {
  gathered.text += delta?.text ?? delta?.thinking ?? delta?.partial_json ?? '';
  gathered.signature += delta?.signature ?? '';
  if (delta?.thinking) yield { type: 'reasoning', text: delta.thinking };
  if (delta?.text) yield { type: 'text', text: delta.text };
}

function close(gathered: Gathered): StreamPart {
  const { block, text } = gathered;
  gathered.call = toolCallPart({ id: block.id ?? null, name: block.name ?? '', arguments: text });
  return gathered.call;
}

function asSent({ block, text, signature, call }: Gathered): object[] {
  if (block.type === 'thinking') return [{ type: 'thinking', thinking: text, signature }];
  if (block.type === 'redacted_thinking') return [{ type: 'redacted_thinking', data: block.data }];
  if (call) return [{ type: 'tool_use', id: call.id, name: call.name, input: argumentsObject(call) }];
  return block.type === 'text' && text !== '' ? [{ type: 'text', text }] : [];
}
