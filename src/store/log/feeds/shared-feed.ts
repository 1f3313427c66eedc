import { setTimeout as wait } from 'node:timers/promises';
import { outlastConnectionLoss } from '../../database/connection-loss.ts';
import type { Database } from '../../database/database.ts';
import { type Bus, type Feed, nameOf } from '../bus.ts';
import { type FeedPage, type FeedProgress, presentStart, readFeed } from './feed.ts';
import type { FeedWatch } from './feed-watch.ts';

/** New events of a feed, read once for all of its followers in this process. */
export interface SharedFeeds {
  /**
   * Joins the followers of a feed at a snapshot that is taken after the call.
   * @returns null if `signal` aborted before
   */
  join(feed: Feed, signal: AbortSignal): Promise<Membership | null>;
}

/** A follower's pages after the snapshot at which it joined; the page objects are shared with the other followers. */
export interface Membership {
  snapshot: string;
  /** Resolves with the next page; null: the follower left, or too many pages were waiting for it. Either way it has left. */
  next(): Promise<FeedPage | null>;
  leave(): void;
}

/** The shortest time between two reads of a feed: what is written meanwhile is read together. */
export const PACE_MS = 20;
/** Maximum that waits for one slow follower; all that wait for the same page share it. */
const MAX_WAITING_EVENTS = 400;
const MAX_WAITING_CHARACTERS = 256 * 1024;

export function createSharedFeeds(database: Database, bus: Bus, feedWatch: FeedWatch): SharedFeeds {
  const shared = new Map<string, SharedFeed>();
  return {
    join(feed, signal) {
      const name = nameOf(feed);
      const present =
        shared.get(name) ?? openSharedFeed({ database, bus, feedWatch }, feed, () => shared.delete(name));
      shared.set(name, present);
      return present.join(signal);
    },
  };
}

interface SharedFeed {
  join(signal: AbortSignal): Promise<Membership | null>;
}

interface Sources {
  database: Database;
  bus: Bus;
  feedWatch: FeedWatch;
}

/** Reads while the feed has followers, or some that are about to join; then it calls `onEnd`. */
function openSharedFeed({ database, bus, feedWatch }: Sources, feed: Feed, onEnd: () => void): SharedFeed {
  const members = new Set<Member>();
  const joining = new Set<Joining>();
  const stop = new AbortController();
  const { ring, heard } = createBell();
  const unsubscribe = bus.onRing(feed, ring);
  const unwatch = feedWatch.add(feed, ring);

  function end(): void {
    unsubscribe();
    unwatch();
    stop.abort();
    ring();
    onEnd();
  }
  function endIfLeft(): void {
    if (members.size === 0 && joining.size === 0 && !stop.signal.aborted) end();
  }

  function admit(one: Joining, snapshot: string): void {
    if (!joining.delete(one)) return;
    one.signal.removeEventListener('abort', one.abandon);
    const member = openMember(snapshot, one.signal, () => {
      members.delete(member);
      endIfLeft();
    });
    members.add(member);
    one.resolve(member);
  }

  const reader = { database, feed, members, signal: stop.signal };
  // Begins when the first one is about to join.
  Promise.resolve()
    .then(() => keepReading(reader, heard, () => [...joining], admit))
    .catch((error) => {
      if (stop.signal.aborted) return;
      end();
      for (const one of joining) one.reject(error);
      for (const member of members) member.fail(error);
    });

  return {
    join(signal) {
      const one: Joining = { ...Promise.withResolvers<Membership | null>(), signal, abandon };
      function abandon(): void {
        joining.delete(one);
        one.resolve(null);
        endIfLeft();
      }
      joining.add(one);
      signal.addEventListener('abort', abandon, { once: true });
      ring();
      return one.promise;
    },
  };
}

/** @returns `heard`, which waits until it rang since the last call of `silence`. */
function createBell() {
  let bell = Promise.withResolvers<void>();
  return {
    ring: () => bell.resolve(),
    heard: {
      silence() {
        bell = Promise.withResolvers();
      },
      wait: () => bell.promise,
    },
  };
}

/** Reads whenever there may be something new. @param admit makes one that asked before the read a member */
async function keepReading(
  reader: Reader,
  heard: ReturnType<typeof createBell>['heard'],
  asking: () => Joining[],
  admit: (one: Joining, snapshot: string) => void,
): Promise<void> {
  const { signal } = reader;
  for (let progress: FeedProgress | null = null; !signal.aborted; ) {
    const readAt = performance.now();
    // Later wake-ups may be about events that the snapshot lacks.
    heard.silence();
    const asked = asking();
    progress = await advance(reader, progress);
    for (const one of asked) admit(one, progress.received!);
    await heard.wait();
    const early = readAt + PACE_MS - performance.now();
    if (early > 0) await wait(early, undefined, { signal });
  }
}

interface Reader {
  database: Database;
  feed: Feed;
  members: ReadonlySet<Member>;
  signal: AbortSignal;
}

/** Reads up to a new snapshot, a page at a time; without members, only the snapshot. @returns the progress there */
async function advance(
  { database, feed, members, signal }: Reader,
  from: FeedProgress | null,
): Promise<FeedProgress> {
  if (from === null || members.size === 0)
    return (await outlastConnectionLoss(() => presentStart(database), signal)).progress;
  for (let progress = from; ; ) {
    const page = await outlastConnectionLoss(() => readFeed(database, feed, progress), signal);
    progress = page.progress;
    if (page.items.length > 0 || page.isGone) for (const member of members) member.add(page);
    if (!page.hasMore) return progress;
  }
}

interface Joining extends PromiseWithResolvers<Membership | null> {
  signal: AbortSignal;
  abandon(): void;
}

interface Member extends Membership {
  add(page: FeedPage): void;
  fail(error: unknown): void;
}

function openMember(snapshot: string, signal: AbortSignal, onLeave: () => void): Member {
  let waiting: FeedPage[] = [];
  let hasLeft = false;
  let failure: { error: unknown } | null = null;
  const { ring, heard } = createBell();

  function leave(): void {
    if (hasLeft) return;
    hasLeft = true;
    waiting = [];
    signal.removeEventListener('abort', leave);
    ring();
    onLeave();
  }
  signal.addEventListener('abort', leave, { once: true });

  return {
    snapshot,
    leave,
    add(page) {
      waiting.push(page);
      const events = waiting.reduce((sum, { items }) => sum + items.length, 0);
      const characters = waiting.reduce((sum, each) => sum + each.characters, 0);
      // The first one is delivered whatever its size.
      if (waiting.length > 1 && (events > MAX_WAITING_EVENTS || characters > MAX_WAITING_CHARACTERS))
        return leave();
      ring();
    },
    fail(error) {
      failure = { error };
      leave();
    },
    async next() {
      if (waiting.length === 0 && !hasLeft) await heard.wait();
      heard.silence();
      if (failure) throw failure.error;
      return waiting.shift() ?? null;
    },
  };
}
