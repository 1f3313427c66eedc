import type { Store } from '../store.ts';
import type { LoggedEvent } from './events.ts';

/** Maximum events held in memory for one slow reader; beyond that the reader has to read from Postgres. */
const MAX_WAITING_EVENTS = 256;
const MAX_WAITING_CHARACTERS = 256 * 1024;

/** The live events of one follower. It never holds more than its limits; dropped events are in Postgres. */
export interface Inbox {
  /** Whether the next event has to be read from Postgres. */
  isBehind(position: number): boolean;
  /** To be called before a read from Postgres: events dropped from now on are newer than that read. */
  catchUp(): void;
  fallBehind(): void;
  /** The events that follow `position` without a gap. */
  take(position: number): LoggedEvent[];
  /** Resolves when there may be new events. */
  wake(): Promise<void>;
  /** Whether the run has been deleted. */
  isGone(): boolean;
  close(): void;
}

export function openInbox(store: Store, runId: string, signal: AbortSignal): Inbox {
  let waiting: LoggedEvent[] = [];
  let characters = 0;
  let behind = true;
  let gone = false;
  let highestSeen = 0;
  let bell = Promise.withResolvers<void>();
  const ring = () => bell.resolve();

  const fallBehind = () => {
    behind = true;
    waiting = [];
    characters = 0;
    ring();
  };
  const unsubscribe = store.bus.subscribe(runId, (events) => {
    for (const event of events) characters += textLength(event);
    const tooMuch =
      waiting.length + events.length > MAX_WAITING_EVENTS || characters > MAX_WAITING_CHARACTERS;
    if (tooMuch) return fallBehind();
    waiting.push(...events);
    ring();
  });
  const unwatch = store.watch.add(runId, (state) => {
    gone = state === null;
    highestSeen = state?.lastSeq ?? 0;
    ring();
  });
  signal.addEventListener('abort', ring, { once: true });

  return {
    // The watch saw a higher number than the bus delivered: a message was lost, or never reached this
    // process.
    isBehind: (position) => behind || (waiting.length === 0 && highestSeen > position),
    catchUp() {
      behind = false;
      highestSeen = 0;
    },
    fallBehind,
    take(position) {
      const fresh = waiting.filter((event) => event.seq > position);
      waiting = [];
      characters = 0;
      const gap = fresh.findIndex((event, index) => event.seq !== position + 1 + index);
      if (gap === -1) return fresh;
      fallBehind();
      return fresh.slice(0, gap);
    },
    async wake() {
      if (waiting.length === 0 && !behind && !signal.aborted) await bell.promise;
      bell = Promise.withResolvers<void>();
    },
    isGone: () => gone,
    close() {
      unsubscribe();
      unwatch();
      signal.removeEventListener('abort', ring);
    },
  };
}

function textLength({ type, data }: LoggedEvent): number {
  return type === 'TokensGenerated' || type === 'ReasoningGenerated'
    ? data.text.length
    : JSON.stringify(data).length;
}
