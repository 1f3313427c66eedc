import { outlastConnectionLoss } from '../database/connection-loss.ts';
import type { Store } from '../store.ts';
import type { Feed } from './bus.ts';
import { type FeedPage, type FeedProgress, readFeed } from './feed.ts';

/**
 * The events of a feed after `progress`, a page at a time, until `signal` aborts or the session is deleted.
 * Only the page being delivered is held in memory: slow readers read later.
 */
export async function* followFeed(
  { database, bus, feedWatch }: Store,
  feed: Feed,
  progress: FeedProgress,
  signal: AbortSignal,
): AsyncGenerator<FeedPage, void, undefined> {
  let bell = Promise.withResolvers<void>();
  const ring = () => bell.resolve();
  const unsubscribe = bus.onRing(feed, ring);
  const unwatch = feedWatch.add(feed, ring);
  signal.addEventListener('abort', ring, { once: true });
  try {
    for (let present = progress; !signal.aborted; ) {
      // Later wake-ups may be about events that the snapshot lacks, whether it is new or was taken for an earlier page.
      if (present.present === null) bell = Promise.withResolvers<void>();
      const page = await outlastConnectionLoss(() => readFeed(database, feed, present), signal);
      present = page.progress;
      yield page;
      if (page.isGone) return;
      if (!page.hasMore && !signal.aborted) await bell.promise;
    }
  } finally {
    unsubscribe();
    unwatch();
    signal.removeEventListener('abort', ring);
  }
}
