import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { isStorable } from '../../rules/text/text.ts';
import type { Feed } from '../../store/log/bus.ts';
import type { LoggedEvent } from '../../store/log/events.ts';
import { type FeedPosition, type FeedProgress, presentProgress } from '../../store/log/feed.ts';
import { followFeed } from '../../store/log/follow-feed.ts';
import { stoppable } from '../request/stoppable.ts';
import { requireViewer } from '../request/viewer.ts';
import { session } from './session.ts';

export interface FeedEvent {
  cursor: string;
  /** null in the first payload and in the last. */
  event: LoggedEvent | null;
  isLast: boolean;
}

/** @throws DomainError BAD_CURSOR */
export async function activity(context: Context, after: string | null): Promise<AsyncIterable<FeedEvent>> {
  const { userId } = requireViewer(context);
  return follow(context, { kind: 'owner', id: userId }, after);
}

/** Ends when the session is deleted. @throws DomainError NOT_FOUND, BAD_CURSOR */
export async function sessionEvents(
  context: Context,
  id: string,
  after: string | null,
): Promise<AsyncIterable<FeedEvent>> {
  await session(context, id, 'sessionId');
  return follow(context, { kind: 'session', id }, after);
}

async function follow(context: Context, feed: Feed, after: string | null) {
  const present = await presentProgress(context.store.database);
  const progress = after === null ? present : resume(after, present);
  return stoppable((signal) => tell(context, feed, progress, signal));
}

async function* tell(
  { store }: Context,
  feed: Feed,
  progress: FeedProgress,
  signal: AbortSignal,
): AsyncGenerator<FeedEvent, void, undefined> {
  let cursor = writeCursor(progress.position);
  yield { cursor, event: null, isLast: false };
  for await (const { items, isGone } of followFeed(store, feed, progress, signal)) {
    for (const { event, position } of items) {
      cursor = writeCursor(position);
      yield { cursor, event, isLast: false };
      if (signal.aborted) return;
    }
    if (isGone) yield { cursor, event: null, isLast: true };
  }
}

const cursorContent = z.tuple([
  z.string().regex(/^\d{1,19}$/),
  z.string().max(100).refine(isStorable),
  z.number().int().min(0).max(2_147_483_647),
]);

function writeCursor({ place, runId, seq }: FeedPosition): string {
  return Buffer.from(JSON.stringify([place, runId, seq])).toString('base64url');
}

function resume(after: string, present: FeedProgress): FeedProgress {
  const position = readCursor(after);
  // What a cursor covers was final when it was issued, so no transaction that is still running is older.
  if (BigInt(position.place) > BigInt(present.position.place)) throw notOurs();
  return { position, told: null, present: null };
}

function readCursor(cursor: string): FeedPosition {
  try {
    const [place, runId, seq] = cursorContent.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { place, runId, seq };
  } catch (cause) {
    throw notOurs(cause);
  }
}

function notOurs(cause?: unknown): DomainError {
  return new DomainError('BAD_CURSOR', 'after: is not a cursor of a feed', { field: 'after' }, { cause });
}
