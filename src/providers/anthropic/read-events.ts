import { isJsonObject, type JsonObject } from '../../rules/json/json-object.ts';
import { storable } from '../../rules/text/text.ts';
import type { FinishReason } from '../../vocabulary.ts';
import { problemIn } from '../failures/problem.ts';
import { fromProblem } from '../failures/vendor-failure.ts';
import type { StreamPart } from '../provider.ts';
import { mapFinishReason } from '../reading/finish-reason.ts';
import { readText } from '../reading/text.ts';
import { gatherUsage } from '../reading/usage.ts';
import type { Vendor } from '../vendor.ts';
import { readTogether } from '../wire/read-together.ts';
import { gatherTurn } from './turn.ts';

/**
 * The parts of the events of a server with Anthropic's Messages API, or of a complete message instead.
 * `message_stop` is the finish marker; the reason and the usage come before it.
 * https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export async function* readMessage(
  vendor: Vendor,
  model: string,
  data: AsyncIterable<readonly string[]>,
): AsyncGenerator<readonly StreamPart[]> {
  const answer = readAnswer(vendor, model);
  for await (const arrived of data) {
    yield* readTogether(arrived, answer.read);
    if (answer.hasEnded) break;
  }
  yield answer.end();
}

function readAnswer(vendor: Vendor, model: string) {
  const turn = gatherTurn(model);
  const usage = gatherUsage('beside');
  let rawReason: string | null = null;
  let explanation: unknown = null;
  let [hasEnded, hasSaid] = [false, false];

  function readHead(sent: JsonObject): void {
    usage.add(sent.usage);
    const delta = isJsonObject(sent.delta) ? sent.delta : sent;
    rawReason = typeof delta.stop_reason === 'string' ? delta.stop_reason || rawReason : rawReason;
    if (isJsonObject(delta.stop_details)) explanation = delta.stop_details.explanation ?? explanation;
  }

  function readWhole(message: JsonObject, parts: StreamPart[]): void {
    for (const [index, block] of list(message.content).entries()) {
      turn.add({ type: 'content_block_start', index, content_block: block }, parts);
      turn.add({ type: 'content_block_stop', index }, parts);
    }
    hasEnded = true;
  }

  return {
    get hasEnded() {
      return hasEnded;
    },
    read(data: string, parts: StreamPart[]): void {
      if (data === '' || hasEnded) return;
      const event = readEvent(vendor, data);
      if (event.type === 'message_start' && isJsonObject(event.message)) readHead(event.message);
      else if (event.type === 'message_delta' || event.type === 'message') readHead(event);
      if (event.type === 'message') readWhole(event, parts);
      turn.add(event, parts);
      hasSaid ||= parts.length > 0;
      hasEnded ||= event.type === 'message_stop';
    },
    end(): StreamPart[] {
      if (!hasEnded && rawReason === null) return [];
      const parts: StreamPart[] = [];
      turn.end(parts);
      const reason: FinishReason = mapFinishReason(rawReason);
      if (!hasSaid && reason === 'content_filter') readText(explanation, 'text', parts);
      const vendorTurn = turn.vendorTurn();
      return [
        ...parts,
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

/** @throws ProviderError for an error of the server, SyntaxError for data that are not part of its API */
function readEvent(vendor: Vendor, data: string): JsonObject {
  const event: unknown = JSON.parse(data);
  const problem = problemIn(event);
  if (problem) throw fromProblem(vendor, problem, { status: null });
  if (isJsonObject(event) && typeof event.type === 'string') return event;
  throw new SyntaxError('it sent an event that is not part of its API');
}

function list(sent: unknown): readonly unknown[] {
  return Array.isArray(sent) ? sent : [];
}
