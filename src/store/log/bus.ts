import type { LoggedEvent } from './events.ts';

export type RunListener = (events: readonly LoggedEvent[]) => void;

/** The events, except text, of many runs: all of an owner's, or all of a session's. */
export interface Feed {
  kind: 'owner' | 'session';
  id: string;
}

/**
 * Delivers committed events to followers of their run. It is a wake-up with a payload: a lost message costs a
 * read from Postgres, which is authoritative. For feeds it delivers the wake-up only, because their order is
 * known to Postgres alone, and text is not part of them.
 */
export interface Bus {
  /** Also wakes the feeds that contain the events. */
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

/** Events of one run: those in feeds are all in the same ones. */
export function feedsOf(events: readonly LoggedEvent[]): Feed[] {
  const told = events.find(({ ownerId }) => ownerId !== undefined);
  if (!told) return [];
  const feeds: Feed[] = [{ kind: 'owner', id: told.ownerId! }];
  return told.sessionId ? [...feeds, { kind: 'session', id: told.sessionId }] : feeds;
}
