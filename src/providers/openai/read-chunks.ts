import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { CompletionUsage } from 'openai/resources/completions';
import { storable } from '../../rules/text.ts';
import type { StreamPart } from '../provider.ts';
import { readTogether } from '../read-together.ts';
import { readChunk } from './chunk.ts';
import { mapFinishReason } from './finish-reason.ts';
import { gatherToolCalls } from './tool-calls.ts';
import { mapUsage } from './usage.ts';

/** What OpenAI's streams have after their last chunk. */
const END = '[DONE]';

/** The usage comes in a chunk of its own after the finish reason, so `finish` waits for the end. */
export async function* readChunks(
  arrivals: AsyncIterable<readonly string[]>,
): AsyncGenerator<readonly StreamPart[]> {
  let rawReason: string | null = null;
  let usage: Partial<CompletionUsage> | null | undefined;
  const toolCalls = gatherToolCalls();

  let hasEnded = false;
  function read(data: string, parts: StreamPart[]): void {
    hasEnded ||= data === END;
    if (hasEnded) return;
    const chunk = readChunk(data);
    usage = chunk.usage ?? usage;
    const choice = chunk.choices?.[0];
    addText(parts, choice?.delta);
    for (const delta of choice?.delta?.tool_calls ?? []) toolCalls.add(delta);
    rawReason = choice?.finish_reason ?? rawReason;
  }

  for await (const arrived of arrivals) {
    yield* readTogether(arrived, read);
    if (hasEnded) break;
  }
  if (!rawReason) return;
  const reason = mapFinishReason(rawReason);
  yield [
    ...toolCalls.parts(),
    { type: 'finish', reason, rawReason: storable(rawReason), usage: mapUsage(usage) },
  ];
}

/** `reasoning_content` and `reasoning` are what compatible servers call their models' thinking. */
type Delta = Partial<ChatCompletionChunk.Choice.Delta> & {
  reasoning_content?: string | null;
  reasoning?: string | null;
};

function addText(parts: StreamPart[], delta: Delta | null | undefined): void {
  const reasoning = delta?.reasoning_content ?? delta?.reasoning;
  if (reasoning) parts.push({ type: 'reasoning', text: reasoning });
  if (delta?.content) parts.push({ type: 'text', text: delta.content });
}
