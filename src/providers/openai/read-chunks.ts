import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { CompletionUsage } from 'openai/resources/completions';
import { storable } from '../../rules/text.ts';
import type { StreamPart } from '../provider.ts';
import { mapFinishReason } from './finish-reason.ts';
import { gatherToolCalls } from './tool-calls.ts';
import { mapUsage } from './usage.ts';

/** The usage comes in a chunk of its own after the finish reason, so `finish` waits for the end. */
export async function* readChunks(
  chunks: AsyncIterable<ChatCompletionChunk>,
  alive: () => void,
): AsyncGenerator<StreamPart> {
  let rawReason: string | null = null;
  let usage: Partial<CompletionUsage> | null | undefined;
  const toolCalls = gatherToolCalls();
  for await (const chunk of chunks) {
    alive();
    usage = chunk.usage ?? usage;
    const choice = chunk.choices?.[0];
    if (!choice) continue;
    yield* readDelta(choice.delta);
    for (const delta of choice.delta?.tool_calls ?? []) toolCalls.add(delta);
    rawReason = choice.finish_reason ?? rawReason;
  }
  if (!rawReason) return;
  yield* toolCalls.parts();
  const reason = mapFinishReason(rawReason);
  yield { type: 'finish', reason, rawReason: storable(rawReason), usage: mapUsage(usage) };
}

/** `reasoning_content` and `reasoning` are what compatible servers call their models' thinking. */
type Delta = Partial<ChatCompletionChunk.Choice.Delta> & {
  reasoning_content?: string | null;
  reasoning?: string | null;
};

function* readDelta(delta: Delta | null | undefined): Generator<StreamPart> {
  const reasoning = delta?.reasoning_content ?? delta?.reasoning;
  if (reasoning) yield { type: 'reasoning', text: reasoning };
  if (delta?.content) yield { type: 'text', text: delta.content };
}
