import type { LoggedEvent } from './events.ts';

export type RunListener = (events: readonly LoggedEvent[]) => void;

/** The facts, but not the texts, of many runs: all of an owner's, or all of a session's. */
export interface Feed {
  kind: 'owner' | 'session';
  id: string;
}

/**
 * Carries committed events to those who follow their run. A wake-up with a payload, nothing more: a lost
 * message costs a read from Postgres, which is the truth. Of feeds it carries the wake-up alone: text is none of
 * theirs, and what they tell is read in the order that only Postgres knows.
 */
export interface Bus {
  /** Also rings the feeds that tell of the events. */
  publish(runId: string, events: readonly LoggedEvent[]): void;
  /** @returns a function that ends the subscription. */
  subscribe(runId: string, listener: RunListener): () => void;
  ring(feed: Feed): void;
  /** @returns a function that ends the subscription. */
  onRing(feed: Feed, bell: () => void): () => void;
}

export function createLocalBus(): Bus {
  const runs = createChannels<readonly LoggedEvent[]>();
  const feeds = createChannels<void>();
  const bus: Bus = {
    publish(runId, events) {
      if (events.length === 0) return;
      runs.send(runId, events);
      for (const feed of feedsOf(events)) bus.ring(feed);
    },
    subscribe: runs.listen,
    ring: (feed) => feeds.send(nameOf(feed)),
    onRing: (feed, bell) => feeds.listen(nameOf(feed), bell),
  };
  return bus;
}

/** Listeners by the name of what they listen to. */
function createChannels<Message>() {
  const channels = new Map<string, Set<(message: Message) => void>>();
  return {
    send(name: string, message: Message): void {
      for (const listener of channels.get(name) ?? []) listener(message);
    },
    listen(name: string, listener: (message: Message) => void): () => void {
      const channel = channels.get(name) ?? new Set();
      channels.set(name, channel.add(listener));
      return () => {
        channel.delete(listener);
        if (channel.size === 0 && channels.get(name) === channel) channels.delete(name);
      };
    },
  };
}

export function nameOf({ kind, id }: Feed): string {
  return `${kind}:${id}`;
}

/** Events of one run: those that are in feeds are in the same. */
export function feedsOf(events: readonly LoggedEvent[]): Feed[] {
  const told = events.find(({ ownerId }) => ownerId !== undefined);
  if (!told) return [];
  const feeds: Feed[] = [{ kind: 'owner', id: told.ownerId! }];
  return told.sessionId ? [...feeds, { kind: 'session', id: told.sessionId }] : feeds;
}
