import { outlastConnectionLoss } from '../../database/connection-loss.ts';
import type { Store } from '../../store.ts';
import type { Feed } from '../bus.ts';
import { type FeedPage, type FeedProgress, readFeed } from './feed.ts';
import type { Membership } from './shared-feed.ts';

/**
 * The events of a feed after `progress`, a page at a time, until `signal` aborts or the session is deleted. A follower
 * reads alone what it has missed, up to a snapshot of the reader that all followers of the feed share, and then receives
 * the pages of that reader. One that is too slow for them reads alone again: only a few pages are held in memory for it.
 */
export async function* followFeed(
  { database, sharedFeeds }: Store,
  feed: Feed,
  progress: FeedProgress,
  signal: AbortSignal,
): AsyncGenerator<FeedPage, void, undefined> {
  const readPage = (from: FeedProgress) =>
    outlastConnectionLoss(() => readFeed(database, feed, from), signal);
  for (let reached = progress; !signal.aborted; ) {
    // The rest of a snapshot comes before a later one.
    const membership = reached.present === null ? await sharedFeeds.join(feed, signal) : null;
    try {
      if (signal.aborted) return;
      for await (const page of pagesAfter(reached, membership, readPage)) {
        reached = page.progress;
        yield page;
        if (page.isGone || signal.aborted) return;
      }
    } finally {
      membership?.leave();
    }
  }
}

async function* pagesAfter(
  reached: FeedProgress,
  membership: Membership | null,
  readPage: (from: FeedProgress) => Promise<FeedPage>,
): AsyncGenerator<FeedPage, void, undefined> {
  let progress = membership ? { ...reached, present: membership.snapshot } : reached;
  for (let hasMore = true; hasMore; ) {
    const page = await readPage(progress);
    ({ progress, hasMore } = page);
    yield page;
  }
  for (let page = await membership?.next(); page; page = await membership?.next()) yield page;
}
