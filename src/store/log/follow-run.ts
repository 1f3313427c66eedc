import { outlastConnectionLoss } from '../database/connection-loss.ts';
import type { Store } from '../store.ts';
import { type EventPage, readEvents } from './event-log.ts';
import { isEnding, type LoggedEvent } from './events.ts';
import { type Inbox, openInbox } from './inbox.ts';

/**
 * The log of a run after `afterSeq`, in order and without gaps: stored events, then new ones, up to the last
 * event or until `signal` aborts. It subscribes first and then reads the backlog, so that nothing is lost in
 * between.
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
      const before = position;
      for (const event of events) {
        position = event.seq;
        yield event;
        // When all events have expired, the marker is in place of the end.
        ended = isEnding(event) || event.type === 'EventsExpired';
        if (signal.aborted) return;
      }
      // A failed run that was retried has more events after its end.
      if (ended && !hasMore) return;
      if (position === before) await inbox.wake();
    }
  } finally {
    inbox.close();
  }
}

/** Continues reading while there may be more; the last page is complete, and later events wake the inbox. */
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
