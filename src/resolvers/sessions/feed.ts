import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { isStorable } from '../../rules/text/text.ts';
import type { Feed } from '../../store/log/bus.ts';
import { CHANGES_KEPT_DAYS } from '../../store/log/changes.ts';
import {
  type FeedItem,
  type FeedPosition,
  type FeedProgress,
  type FeedStart,
  presentStart,
} from '../../store/log/feeds/feed.ts';
import { followFeed } from '../../store/log/feeds/follow-feed.ts';
import { stoppable } from '../request/stoppable.ts';
import { requireViewer } from '../request/viewer.ts';
import { createPageTasks, type PageTasks } from './page-tasks.ts';
import { session } from './session.ts';

export interface FeedEvent {
  cursor: string;
  /** null in the first payload, in the last, and in one with a change. */
  event: FeedItem['event'];
  change: FeedItem['change'];
  isLast: boolean;
  /** The tasks of its page; null without an event and a change. */
  tasks: PageTasks | null;
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
  const start = await startOfFeed(context, after);
  return stoppable((signal) => tell(context, feed, start, signal));
}

/** @throws DomainError BAD_CURSOR */
export async function startOfFeed({ store }: Context, after: string | null): Promise<FeedStart> {
  const present = await presentStart(store.database);
  return after === null ? present : { ...present, progress: resume(after, present) };
}

async function* tell(
  { store }: Context,
  feed: Feed,
  { progress, timeline }: FeedStart,
  signal: AbortSignal,
): AsyncGenerator<FeedEvent, void, undefined> {
  let cursor = writeCursor(progress.position, timeline);
  yield { ...nothing, cursor, isLast: false };
  for await (const { items, isGone } of followFeed(store, feed, progress, signal)) {
    for (const event of feedEventsOf(items, timeline)) {
      cursor = event.cursor;
      yield event;
      if (signal.aborted) return;
    }
    if (isGone) yield { ...nothing, cursor, isLast: true };
  }
}

const nothing = { event: null, change: null, tasks: null } as const;

const made = new WeakMap<readonly FeedItem[], { events: FeedEvent[]; timeline: string }>();

/** The same objects for all followers of a feed: what is the same for them is executed and serialised once. */
function feedEventsOf(items: readonly FeedItem[], timeline: string): FeedEvent[] {
  const before = made.get(items);
  if (before?.timeline === timeline) return before.events;
  const tasks = createPageTasks(items);
  const events = items.map(({ event, change, position }) => {
    const cursor = writeCursor(position, timeline);
    return { cursor, event, change, isLast: false, tasks };
  });
  made.set(items, { events, timeline });
  return events;
}

interface Cursor extends FeedPosition {
  timeline: string;
  /** When it was issued, in seconds since 1970. */
  at: number;
}

const cursorContent = z.tuple([
  z.string().regex(/^\d{1,19}$/),
  z.string().max(100).refine(isStorable),
  z.number().int().min(0).max(2_147_483_647),
  z.string().max(100),
  z.number().int(),
]);

export function writeCursor({ place, runId, seq }: FeedPosition, timeline: string): string {
  const content: z.input<typeof cursorContent> = [place, runId, seq, timeline, seconds()];
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

const seconds = () => Math.floor(Date.now() / 1_000);
const KEPT_SECONDS = CHANGES_KEPT_DAYS * 24 * 60 * 60;

function resume(after: string, { progress, timeline }: FeedStart): FeedProgress {
  const { timeline: its, at, ...position } = readCursor(after);
  if (its !== timeline)
    throw badCursor('is of the database before it was restored or moved; read the lists again');
  if (at < seconds() - KEPT_SECONDS)
    throw badCursor(`is older than ${CHANGES_KEPT_DAYS} days; read the lists again`);
  // What a cursor covers was final when it was issued, so no transaction that is still running is older.
  if (BigInt(position.place) > BigInt(progress.position.place)) throw badCursor();
  return { position, received: null, present: null };
}

function readCursor(cursor: string): Cursor {
  try {
    const content = cursorContent.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    const [place, runId, seq, timeline, at] = content;
    return { place, runId, seq, timeline, at };
  } catch (cause) {
    throw badCursor(undefined, cause);
  }
}

function badCursor(problem = 'is not a cursor of a feed', cause?: unknown): DomainError {
  return new DomainError('BAD_CURSOR', `after: ${problem}`, { field: 'after' }, { cause });
}
