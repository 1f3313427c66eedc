import { storable } from '../../rules/text.ts';
import type { FinishReason } from '../../vocabulary.ts';
import type { Durations, StreamPart } from '../provider.ts';
import { readTogether } from '../read-together.ts';
import { tokenCount } from '../token-count.ts';
import { toolCallPart } from '../tool-call.ts';
import type { Vendor } from '../vendor.ts';
import { type Chunk, chunk as chunkSchema } from './chunk.ts';
import { fromOllamaError } from './errors.ts';

export async function* readChunks(
  vendor: Vendor,
  arrivals: AsyncIterable<readonly string[]>,
): AsyncGenerator<readonly StreamPart[]> {
  let hasCalled = false;
  function read(line: string, parts: StreamPart[]): void {
    const chunk = readChunk(line);
    if (chunk.error) throw fromOllamaError(vendor, { status: null, message: chunk.error, retryAfter: null });
    parts.push(...readMessage(chunk.message));
    hasCalled ||= Boolean(chunk.message?.tool_calls?.length);
    if (chunk.done) parts.push(finish(chunk, hasCalled));
  }
  for await (const lines of arrivals) yield* readTogether(lines, read);
}

function readChunk(line: string): Chunk {
  const read = chunkSchema.safeParse(JSON.parse(line));
  if (read.success) return read.data;
  throw new Error('it sent a line that is none of its API');
}

function* readMessage(message: Chunk['message']): Generator<StreamPart> {
  if (message?.thinking) yield { type: 'reasoning', text: message.thinking };
  if (message?.content) yield { type: 'text', text: message.content };
  for (const { id, function: called } of message?.tool_calls ?? []) {
    yield toolCallPart({
      id: id ?? null,
      name: called.name,
      arguments: JSON.stringify(called.arguments ?? {}),
    });
  }
}

const REASONS = new Map<string, FinishReason>([
  ['stop', 'stop'],
  ['length', 'length'],
]);

function finish(chunk: Chunk, hasCalled: boolean): StreamPart {
  const raw = chunk.done_reason ?? null;
  const reason = REASONS.get(raw ?? '') ?? 'other';
  return {
    type: 'finish',
    // Ollama says `stop` after tool calls, too.
    reason: hasCalled && reason === 'stop' ? 'tool_calls' : reason,
    rawReason: raw === null ? null : storable(raw),
    usage: {
      inputTokens: tokenCount(chunk.prompt_eval_count),
      cachedInputTokens: null,
      outputTokens: tokenCount(chunk.eval_count),
      reasoningTokens: null,
    },
    durations: durationsOf(chunk),
  };
}

function durationsOf(chunk: Chunk): Durations {
  return {
    totalMs: milliseconds(chunk.total_duration),
    loadMs: milliseconds(chunk.load_duration),
    promptMs: milliseconds(chunk.prompt_eval_duration),
    outputMs: milliseconds(chunk.eval_duration),
  };
}

function milliseconds(nanoseconds: unknown): number | null {
  return typeof nanoseconds === 'number' && Number.isFinite(nanoseconds) && nanoseconds >= 0
    ? nanoseconds / 1e6
    : null;
}
