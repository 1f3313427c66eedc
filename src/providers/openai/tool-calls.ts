import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import { countCharacters } from '../bounded-answer.ts';
import type { StreamPart } from '../provider.ts';
import { toolCallPart } from '../tool-call.ts';

type Delta = Partial<ChatCompletionChunk.Choice.Delta.ToolCall>;

interface Gathered {
  id: string | null;
  name: string;
  arguments: string;
}

/** Puts together the calls that come in pieces. Servers that send them whole may leave out their index. */
export function gatherToolCalls() {
  const calls = new Map<number, Gathered>();
  const count = countCharacters();
  return {
    add(delta: Delta): void {
      count(delta.id, delta.function?.name, delta.function?.arguments);
      const index = delta.index ?? (delta.id ? calls.size : Math.max(0, calls.size - 1));
      const call = calls.get(index) ?? { id: null, name: '', arguments: '' };
      calls.set(index, {
        id: call.id ?? delta.id ?? null,
        name: call.name || (delta.function?.name ?? ''),
        arguments: call.arguments + (delta.function?.arguments ?? ''),
      });
    },
    *parts(): Generator<StreamPart> {
      for (const call of calls.values()) yield toolCallPart(call);
    },
  };
}
