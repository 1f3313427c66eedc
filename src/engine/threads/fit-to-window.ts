import { PROSE_BYTES_PER_TOKEN } from '../../rules/models/context-window.ts';
import { appendEvent } from '../../store/log/append-event.ts';
import type { Lease } from '../../store/log/lease.ts';
import type { EngineContext } from '../context.ts';
import { fittingBytes } from '../model-calls/fitting-bytes.ts';
import { bytesIn, withoutOlderTurns } from './conversation.ts';
import type { Opening } from './read-conversation.ts';
import { type Asking, type Summarized, summarize } from './summarize.ts';

/** Conversations smaller than this fit every model. */
const SHORT_BYTES = 8_000;

/**
 * A conversation that fits the known context window of the model: with a summary of its older turns, or
 * otherwise without them.
 */
export async function fitWindow(
  context: EngineContext,
  lease: Lease,
  task: Asking,
  opening: Opening,
): Promise<Opening> {
  if (opening.turns.length === 0) return opening;
  const bytes = bytesIn(opening);
  if (bytes < SHORT_BYTES) return opening;
  const limit = await fittingBytes(context, task, { bytesPerToken: PROSE_BYTES_PER_TOKEN });
  if (bytes <= limit) return opening;
  const summarized = (await withSummary(context, lease, task, opening, limit)) ?? opening;
  let fitting = summarized;
  while (bytesIn(fitting) > limit) {
    const shorter = withoutOlderTurns(fitting);
    if (!shorter) break;
    fitting = shorter;
  }
  if (fitting !== summarized) await reportTruncation(context, lease, fitting);
  return fitting;
}

/** Share of a rejected conversation to keep, so that it fits and leaves space for more turns. */
const TARGET = 0.6;

/** A shorter conversation than one that a model rejected as too long; null: it cannot be shortened. */
export async function shorten(
  context: EngineContext,
  lease: Lease,
  task: Asking,
  opening: Opening,
): Promise<Opening | null> {
  // A run summarizes once.
  const summarized =
    opening.summary === null
      ? await withSummary(context, lease, task, opening, Math.floor(bytesIn(opening) * TARGET))
      : null;
  if (summarized) return summarized;
  const shorter = withoutOlderTurns(opening);
  if (shorter) await reportTruncation(context, lease, shorter);
  return shorter && { ...shorter, msSinceLastTurn: null };
}

function reportTruncation({ store }: EngineContext, lease: Lease, { turns }: Opening) {
  return appendEvent(store, lease, { type: 'ThreadTruncated', data: { sentTurns: turns.length } });
}

/**
 * The conversation with the stored summary, or with a new one if that is still too long; null when no summary
 * helps.
 */
async function withSummary(
  context: EngineContext,
  lease: Lease,
  task: Asking,
  opening: Opening,
  limit: number,
): Promise<Opening | null> {
  const { stored, turns } = opening;
  const uncovered = turns.filter(({ isSummarized }) => !isSummarized);
  const known = stored && { ...opening, summary: stored.text, turns: uncovered };
  if (known && bytesIn(known) <= limit) {
    await reportCompaction(context, lease, opening, { opening: known, count: stored.turns, call: null });
    return known;
  }
  const made = await summarize(context, lease, task, known ?? opening, limit);
  if (made) await reportCompaction(context, lease, opening, made);
  return made && { ...made.opening, msSinceLastTurn: null };
}

function reportCompaction(
  { store }: EngineContext,
  lease: Lease,
  before: Opening,
  { opening, count, call }: Summarized,
) {
  const data = {
    turns: 0,
    summarizedTurns: count,
    bytesBefore: bytesIn(before),
    bytesAfter: bytesIn(opening),
    callId: call?.callId ?? null,
    cost: call?.cost == null ? null : Number(call.cost),
  };
  return appendEvent(store, lease, { type: 'ContextCompacted', data });
}
