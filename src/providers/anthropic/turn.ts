import { isJsonObject, type JsonObject } from '../../rules/json/json-object.ts';
import type { StreamPart, VendorTurn } from '../provider.ts';
import { joinArguments } from '../reading/join-arguments.ts';
import { readText } from '../reading/text.ts';
import { argumentsObject, toolCallPart } from '../reading/tool-call.ts';
import { countCharacters } from '../wire/bounds.ts';

type ToolCallPart = Extract<StreamPart, { type: 'tool_call' }>;

interface Gathered {
  block: JsonObject;
  index: unknown;
  isOpen: boolean;
  /** Text or thinking. */
  texts: string[];
  signature: string;
  /** The JSON of arguments. */
  pieces: string[];
  call: ToolCallPart | null;
}

/** The blocks of one answer received so far. */
export function gatherTurn(model: string) {
  const blocks: Gathered[] = [];
  const count = countCharacters();

  function begin(index: unknown, block: JsonObject): Gathered {
    const gathered = { block, index, isOpen: true, texts: [], signature: '', pieces: [], call: null };
    blocks.push(gathered);
    return gathered;
  }

  /** Initial content of a block counts like later content. */
  function grow(gathered: Gathered, delta: JsonObject, parts: StreamPart[]): void {
    const from = parts.length;
    readText(delta.thinking, 'reasoning', parts);
    readText(delta.text, 'text', parts);
    for (const part of parts.slice(from)) if ('text' in part) gathered.texts.push(part.text);
    if (typeof delta.signature === 'string') gathered.signature += delta.signature;
    const piece = typeof delta.partial_json === 'string' ? delta.partial_json : '';
    count(piece, typeof delta.signature === 'string' ? delta.signature : '');
    if (piece !== '') gathered.pieces.push(piece);
  }

  return {
    add({ type, index, content_block, delta }: JsonObject, parts: StreamPart[]): void {
      if (type === 'content_block_start' && isJsonObject(content_block)) {
        grow(begin(index, content_block), content_block, parts);
      } else if (type === 'content_block_delta' && isJsonObject(delta)) {
        const open = blocks.findLast((one) => one.isOpen && one.index === index);
        grow(open ?? begin(index, { type: 'text' }), delta, parts);
      } else if (type === 'content_block_stop') {
        close(
          blocks.findLast((one) => one.isOpen && one.index === index),
          parts,
        );
      }
    },
    /** Closes blocks that the server did not close. */
    end(parts: StreamPart[]): void {
      for (const one of blocks) if (one.isOpen) close(one, parts);
    },
    /** Needed only if the turn has signed reasoning, which has to be sent back unaltered. */
    vendorTurn(): VendorTurn | null {
      const isSigned = blocks.some(({ block, signature }) => signature || block.type === 'redacted_thinking');
      return isSigned ? { provider: 'anthropic', model, content: blocks.flatMap(asSent) } : null;
    },
  };
}

function close(gathered: Gathered | undefined, parts: StreamPart[]): void {
  if (!gathered) return;
  gathered.isOpen = false;
  const { block, pieces } = gathered;
  if (block.type !== 'tool_use') return;
  // Some servers send the arguments with the start of the block.
  const begun = isJsonObject(block.input) && Object.keys(block.input).length > 0;
  const json = pieces.length === 0 && begun ? JSON.stringify(block.input) : joinArguments(pieces);
  gathered.call = toolCallPart({ id: text(block.id), name: text(block.name), arguments: json });
  parts.push(gathered.call);
}

function asSent({ block, texts, signature, call }: Gathered): object[] {
  const said = texts.join('');
  if (block.type === 'thinking') return [{ type: 'thinking', thinking: said, signature }];
  if (block.type === 'redacted_thinking') return [{ type: 'redacted_thinking', data: block.data }];
  if (call) return [{ type: 'tool_use', id: call.id, name: call.name, input: argumentsObject(call) }];
  return block.type === 'text' && said.trim() !== '' ? [{ type: 'text', text: said }] : [];
}

function text(sent: unknown): string {
  return typeof sent === 'string' ? sent : '';
}
