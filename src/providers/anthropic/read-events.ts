import type { ServerSentEvent } from '@anthropic-ai/sdk/core/streaming';
import { storable } from '../../rules/text.ts';
import type { StreamPart } from '../provider.ts';
import type { Vendor } from '../vendor.ts';
import { fromVendorFailure } from '../vendor-failure.ts';
import { type AnthropicEvent, type AnthropicUsage, readEvent } from './events.ts';
import { mapFinishReason } from './finish-reason.ts';
import { gatherTurn } from './turn.ts';
import { mapUsage, mergeUsage } from './usage.ts';

/** `message_stop` is the finish marker; why and for how many tokens came before it. */
export async function* readEvents(
  vendor: Vendor,
  events: AsyncIterable<ServerSentEvent>,
): AsyncGenerator<readonly StreamPart[]> {
  const turn = gatherTurn();
  let usage: Partial<AnthropicUsage> = {};
  let rawReason: string | null = null;
  for await (const sent of events) {
    const event = readEvent(sent);
    if (event?.type === 'error') throw failure(vendor, event);
    yield event ? [...turn.add(event)] : [];
    if (!event) continue;
    usage = mergeUsage(mergeUsage(usage, event.message?.usage), event.usage);
    rawReason = event.delta?.stop_reason ?? rawReason;
    if (event.type === 'message_stop') return yield [finish(rawReason, usage, turn)];
  }
}

function finish(
  rawReason: string | null,
  usage: Partial<AnthropicUsage>,
  turn: ReturnType<typeof gatherTurn>,
): StreamPart {
  const vendorTurn = turn.vendorTurn();
  return {
    type: 'finish',
    reason: mapFinishReason(rawReason),
    rawReason: rawReason === null ? null : storable(rawReason),
    usage: mapUsage(usage),
    ...(vendorTurn && { vendorTurn }),
  };
}

function failure(vendor: Vendor, { error }: AnthropicEvent) {
  return fromVendorFailure(vendor, {
    status: null,
    vendorCode: null,
    vendorType: error?.type ?? null,
    message: error?.message ?? 'no reason given',
    retryAfter: null,
  });
}
