import { outlastConnectionLoss } from '../database/connection-loss.ts';
import type { Store } from '../store.ts';
import type { Feed } from './bus.ts';
import { type FeedPage, type FeedProgress, readFeed } from './feed.ts';

/**
 * What comes of a feed after `progress`, a page at a time, until `signal` aborts or the session is deleted. Nothing
 * waits in memory but the page that is being told: who is slow reads later.
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
      // What rings from here on may come too late for the snapshot that is about to be taken.
      bell = Promise.withResolvers<void>();
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
