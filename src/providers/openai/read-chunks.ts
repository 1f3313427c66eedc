import { isJsonObject, type JsonObject } from '../../rules/json/json-object.ts';
import { storable } from '../../rules/text/text.ts';
import { problemIn, statusOf } from '../failures/problem.ts';
import { fromProblem } from '../failures/vendor-failure.ts';
import type { Origin } from '../history/origin.ts';
import { ProviderError, type StreamPart } from '../provider.ts';
import { isFailedEnd, mapFinishReason, reasonOf } from '../reading/finish-reason.ts';
import { THOUGHTS } from '../reading/reasoning-fields.ts';
import { firstSaid, readText } from '../reading/text.ts';
import { gatherToolCalls } from '../reading/tool-calls.ts';
import { gatherUsage } from '../reading/usage.ts';
import type { Vendor } from '../vendor.ts';
import { readTogether } from '../wire/read-together.ts';
import { gatherTurn } from './turn.ts';

/** Sent after the last chunk of OpenAI's streams. */
const END = '[DONE]';

/**
 * The parts of the chunks of a server with OpenAI's chat completions, parsed leniently: of a stream, or of a
 * complete answer instead. Usage comes in a separate chunk after the finish reason, so `finish` waits for the
 * end.
 */
export async function* readChunks(
  vendor: Vendor,
  origin: Origin,
  { data, headers }: { data: AsyncIterable<readonly string[]>; headers: Headers },
): AsyncGenerator<readonly StreamPart[]> {
  const answer = readAnswer(vendor, origin);
  for await (const arrived of data) {
    yield* readTogether(arrived, answer.read);
    if (answer.hasEnded) break;
  }
  yield answer.end(headers);
}

function readAnswer(vendor: Vendor, origin: Origin) {
  const usage = gatherUsage();
  const toolCalls = gatherToolCalls();
  const turn = gatherTurn(origin);
  let rawReason: string | null = null;
  let [hasEnded, hasSaid, hasRefused, isWhole] = [false, false, false, false];

  function readChoice(choice: JsonObject, parts: StreamPart[]): void {
    rawReason = word(choice.finish_reason) ?? rawReason;
    usage.add(choice.usage);
    const message = messageOf(choice, hasSaid || toolCalls.size > 0);
    if (!message) return;
    isWhole ||= message === choice.message;
    const isText = isPlain(message);
    hasRefused = readSaid(message, isText, parts) || hasRefused;
    hasSaid ||= parts.length > 0;
    if (isText) return;
    turn.add(message);
    for (const call of list(message.tool_calls ?? message.function_call)) toolCalls.add(call);
  }

  return {
    get hasEnded() {
      return hasEnded;
    },
    read(data: string, parts: StreamPart[]): void {
      hasEnded ||= data.trim() === END;
      if (hasEnded) return;
      const chunk = readChunk(vendor, data, hasSaid || toolCalls.size > 0 || usage.isCounted);
      usage.add(chunk.usage);
      if (chunk.x_groq) usage.add((chunk.x_groq as JsonObject).usage);
      usage.add(chunk.timings);
      const choice = firstOf(chunk.choices);
      if (isJsonObject(choice)) readChoice(choice, parts);
    },
    end(headers: Headers): StreamPart[] {
      if (!usage.isCounted) usage.addHeaders(headers);
      const calls = toolCalls.calls();
      const isComplete = isWhole || (hasEnded && usage.isCounted);
      if (rawReason === null && !(isComplete && (hasSaid || calls.length > 0))) return [];
      if (isFailedEnd(rawReason)) throw failed(vendor, rawReason);
      const reason = reasonOf(mapFinishReason(rawReason), hasRefused, calls.length > 0);
      const vendorTurn = turn.of(calls);
      return [
        ...calls.map(({ part }) => part),
        {
          type: 'finish',
          reason,
          rawReason: rawReason === null ? null : storable(rawReason),
          usage: usage.usage(),
          ...(vendorTurn && { vendorTurn }),
        },
      ];
    },
  };
}

/**
 * @param hasBegun whether anything was generated, which is charged
 * @throws ProviderError for an error sent instead, SyntaxError for data that are not part of the API
 */
function readChunk(vendor: Vendor, data: string, hasBegun: boolean): JsonObject {
  const chunk: unknown = JSON.parse(data);
  const choice = isJsonObject(chunk) ? firstOf(chunk.choices) : null;
  const problem = problemIn(chunk) ?? (isJsonObject(choice) && choice.error ? problemIn(choice) : null);
  if (problem) throw fromProblem(vendor, problem, { status: hasBegun ? null : statusOf(problem.code) });
  if (isJsonObject(chunk)) return chunk;
  throw new SyntaxError('it sent a chunk that is not part of its API');
}

/** @param hasSaid some servers repeat the whole message at the end of a stream */
function messageOf(choice: JsonObject, hasSaid: boolean): JsonObject | null {
  if (isJsonObject(choice.delta)) return choice.delta;
  if (isJsonObject(choice.message)) return hasSaid ? null : choice.message;
  // The older completions.
  return typeof choice.text === 'string' ? { content: choice.text } : null;
}

/**
 * @param isText nearly every chunk is a piece of text only; other fields are not searched
 * @returns whether it is a refusal
 */
function readSaid(message: JsonObject, isText: boolean, parts: StreamPart[]): boolean {
  if (!isText) readText(firstSaid(message, THOUGHTS), 'reasoning', parts);
  readText(message.content, 'text', parts);
  const said = parts.length;
  if (!isText) readText(message.refusal, 'text', parts);
  return parts.length > said;
}

function isPlain(message: JsonObject): boolean {
  for (const name in message) if (name !== 'content' && name !== 'role') return false;
  return typeof message.content === 'string';
}

function failed({ name }: Vendor, reason: string | null): ProviderError {
  return new ProviderError('PROVIDER_STREAM_BROKEN', `${name} ended with the reason "${reason}". Try again.`);
}

function firstOf(sent: unknown): unknown {
  return Array.isArray(sent) ? sent[0] : sent;
}

function list(sent: unknown): readonly unknown[] {
  if (Array.isArray(sent)) return sent;
  return isJsonObject(sent) ? [sent] : [];
}

function word(sent: unknown): string | null {
  return typeof sent === 'string' && sent !== '' ? sent : null;
}
