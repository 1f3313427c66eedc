import { outlastConnectionLoss } from '../database/connection-loss.ts';
import type { Store } from '../store.ts';
import { type EventPage, readEvents } from './event-log.ts';
import { isEnding, type LoggedEvent } from './events.ts';
import { type Inbox, openInbox } from './inbox.ts';

/**
 * The log of a run after `afterSeq`, gapless and in order: what is stored, then what comes, until the ending,
 * or until `signal` aborts. Live first, then the backlog: nothing can fall between the two.
 */
export async function* followRun(
  store: Store,
  runId: string,
  afterSeq: number,
  signal: AbortSignal,
): AsyncGenerator<LoggedEvent, void, undefined> {
  const inbox = openInbox(store, runId, signal);
  let position = afterSeq;
  let ended = false;
  try {
    while (!signal.aborted && !inbox.isGone()) {
      const { events, hasMore } = inbox.isBehind(position)
        ? await readPage(store, runId, position, inbox, signal)
        : { events: inbox.take(position), hasMore: false };
      for (const event of events) {
        position = event.seq;
        yield event;
        ended = isEnding(event);
        if (signal.aborted) return;
      }
      // A failed run that was tried again has more behind its ending.
      if (ended && !hasMore) return;
      if (events.length === 0) await inbox.wake();
    }
  } finally {
    inbox.close();
  }
}

/** What may have more behind it is read on; the last page holds all there is, and what comes later rings the inbox. */
async function readPage(
  store: Store,
  runId: string,
  position: number,
  inbox: Inbox,
  signal: AbortSignal,
): Promise<EventPage> {
  inbox.catchUp();
  const page = await outlastConnectionLoss(() => readEvents(store.database, runId, position), signal);
  if (page.hasMore) inbox.fallBehind();
  return page;
}
