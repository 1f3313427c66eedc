import { isJsonObject, type JsonObject } from '../../../rules/json/json-object.ts';
import { storable } from '../../../rules/text/text.ts';
import { problemIn, readProblem, statusOf } from '../../failures/problem.ts';
import { fromProblem } from '../../failures/vendor-failure.ts';
import type { Origin } from '../../history/origin.ts';
import { ProviderError, type StreamPart, type VendorTurn } from '../../provider.ts';
import { ANSWERED_AS_CHAT } from '../../quirks/refused-api.ts';
import { mapFinishReason, reasonOf } from '../../reading/finish-reason.ts';
import { gatherUsage } from '../../reading/usage.ts';
import type { Vendor } from '../../vendor.ts';
import { readTogether } from '../../wire/read-together.ts';
import { gatherItems } from './gather-items.ts';
import { toTurn } from './turn.ts';

/** What gateways may add, as chat completions end. */
const END = '[DONE]';

/** Events that bring the whole response, and are the last. */
const LAST = ['response.completed', 'response.incomplete', 'response.failed'];

/**
 * Reads the events of OpenAI's Responses API, or a whole response sent instead of a stream. Tool calls are emitted at the
 * end, when they are complete. Unknown events, such as `keepalive`, count as signs of life.
 * https://developers.openai.com/api/reference/resources/responses/streaming-events
 */
export async function* readResponse(
  vendor: Vendor,
  origin: Origin,
  data: AsyncIterable<readonly string[]>,
): AsyncGenerator<readonly StreamPart[]> {
  const answer = readAnswer(vendor, origin);
  for await (const arrived of data) {
    yield* readTogether(arrived, answer.read);
    if (answer.hasEnded) break;
  }
  yield answer.end();
}

function readAnswer(vendor: Vendor, origin: Origin) {
  const usage = gatherUsage();
  const items = gatherItems();
  let response: JsonObject | null = null;

  function readLast(last: JsonObject, parts: StreamPart[]): void {
    usage.add(last.usage);
    if (last.status === 'failed' || last.error)
      throw fromProblem(vendor, readProblem(last.error), { status: null });
    items.addWhole(last.output, parts);
    response = last;
  }

  function vendorTurn(): VendorTurn | null {
    // A response that was cut off may hold incomplete reasoning.
    const turn = response?.status === 'incomplete' ? null : toTurn(items.kept());
    return turn && { ...origin, api: 'responses', content: turn };
  }

  return {
    get hasEnded() {
      return response !== null;
    },
    read(data: string, parts: StreamPart[]): void {
      if (data.trim() === '' || data.trim() === END || response) return;
      const event = readEvent(vendor, data, items.hasBegun);
      const last = lastOf(event);
      if (last) readLast(last, parts);
      else items.add(event, parts);
    },
    end(): StreamPart[] {
      if (!response) return [];
      const rawReason = rawReasonOf(response);
      const calls = items.calls();
      const turn = vendorTurn();
      return [
        ...calls,
        {
          type: 'finish',
          reason: reasonOf(mapFinishReason(rawReason), items.hasRefused, calls.length > 0),
          rawReason: storable(rawReason),
          usage: usage.usage(),
          ...(turn && { vendorTurn: turn }),
        },
      ];
    },
  };
}

/**
 * @param hasBegun whether something was generated, which is paid
 * @throws ProviderError for an error of the server, SyntaxError for anything that is not part of the API
 */
function readEvent(vendor: Vendor, data: string, hasBegun: boolean): JsonObject {
  const event: unknown = JSON.parse(data);
  const problem = problemIn(event);
  if (problem) throw fromProblem(vendor, problem, { status: hasBegun ? null : statusOf(problem.code) });
  if (isJsonObject(event) && Array.isArray(event.choices)) throw answeredAsChat(vendor);
  if (isJsonObject(event) && (typeof event.type === 'string' || event.object === 'response')) return event;
  throw new SyntaxError('it sent an event that the Responses API does not define');
}

/** A gateway that knows no other API. */
function answeredAsChat({ name }: Vendor): ProviderError {
  const message = `${name} answered a Responses API request with a chat completion. Try again.`;
  return new ProviderError('PROVIDER_STREAM_BROKEN', message, { said: ANSWERED_AS_CHAT });
}

/** The response that an event ends with; null: the stream continues. */
function lastOf({ type, object, response, ...event }: JsonObject): JsonObject | null {
  if (object === 'response') return ENDED.includes(event.status) ? event : null;
  return LAST.includes(String(type)) && isJsonObject(response) ? response : null;
}

const ENDED: readonly unknown[] = ['completed', 'incomplete', 'failed'];

function rawReasonOf({ status, incomplete_details: details }: JsonObject): string {
  const reason = isJsonObject(details) ? details.reason : null;
  return typeof reason === 'string' && reason !== '' ? reason : String(status ?? 'completed');
}
