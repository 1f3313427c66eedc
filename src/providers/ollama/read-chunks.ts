import type { ChatResponse } from 'ollama';
import { isJsonObject } from '../../rules/json/json-object.ts';
import { storable } from '../../rules/text/text.ts';
import type { FinishReason } from '../../vocabulary.ts';
import { type Durations, ProviderError, type StreamPart, type VendorTurn } from '../provider.ts';
import { isFailedEnd, mapFinishReason } from '../reading/finish-reason.ts';
import { readText } from '../reading/text.ts';
import { tokenCount } from '../reading/token-count.ts';
import { gatherToolCalls } from '../reading/tool-calls.ts';
import type { Vendor } from '../vendor.ts';

/** Converts the lines of an answer to parts. https://docs.ollama.com/api/chat */
export function chunkReader(
  { name }: Vendor,
  model: string,
): (chunk: ChatResponse, parts: StreamPart[]) => void {
  let hasCalled = false;
  let thinking = '';
  return (chunk, parts) => {
    const from = parts.length;
    hasCalled = readMessage(chunk.message, parts) || hasCalled;
    for (const part of parts.slice(from)) if (part.type === 'reasoning') thinking += part.text;
    if (!chunk.done) return;
    if (isFailedEnd(chunk.done_reason)) {
      const message = `${name} ended with the reason "${chunk.done_reason}" and without an answer. Try again.`;
      throw new ProviderError('PROVIDER_STREAM_BROKEN', message);
    }
    const vendorTurn: VendorTurn = { provider: 'ollama', model, content: { thinking } };
    parts.push(finish(chunk, hasCalled, hasCalled && thinking !== '' ? vendorTurn : null));
  };
}

/** @returns whether it calls tools */
function readMessage(message: unknown, parts: StreamPart[]): boolean {
  if (!isJsonObject(message)) return false;
  readText(message.thinking, 'reasoning', parts);
  readText(message.content, 'text', parts);
  const toolCalls = Array.isArray(message.tool_calls) ? message.tool_calls : [];
  if (toolCalls.length === 0) return false;
  const gathered = gatherToolCalls();
  // Each is sent complete.
  for (const [index, sent] of toolCalls.entries())
    gathered.add(isJsonObject(sent) ? { ...sent, index } : sent);
  const calls = gathered.calls().map(({ part }) => part);
  parts.push(...calls);
  return calls.length > 0;
}

function finish(chunk: ChatResponse, hasCalled: boolean, vendorTurn: VendorTurn | null): StreamPart {
  const raw = typeof chunk.done_reason === 'string' && chunk.done_reason !== '' ? chunk.done_reason : null;
  const reason: FinishReason = mapFinishReason(raw);
  return {
    type: 'finish',
    // Ollama also reports `stop` after tool calls.
    reason: hasCalled && reason !== 'length' ? 'tool_calls' : reason,
    rawReason: raw === null ? null : storable(raw),
    usage: {
      inputTokens: tokenCount(chunk.prompt_eval_count),
      cachedInputTokens: null,
      outputTokens: tokenCount(chunk.eval_count),
      reasoningTokens: null,
    },
    durations: durationsOf(chunk),
    ...(vendorTurn && { vendorTurn }),
  };
}

function durationsOf(chunk: ChatResponse): Durations {
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
