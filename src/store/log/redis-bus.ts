import type { Log } from '../../log.ts';
import { newId } from '../../rules/ids/ids.ts';
import { type Bus, createLocalBus, type Feed, feedsOf, nameOf } from './bus.ts';
import type { LoggedEvent } from './events.ts';
import { connectRedis } from './redis-client.ts';

interface Message {
  /** The process that published; it has already notified its own listeners. */
  from: string;
}
interface RunMessage extends Message {
  events: LoggedEvent[];
}
interface FeedMessage extends Message {
  feed: Feed;
}

/**
 * The local bus, extended to other processes by Redis pub/sub, with a channel per run and per feed. Redis may
 * be absent, restarted or flushed at any time: the watches find lost events in Postgres.
 */
export function createRedisBus(url: string, log: Log): Bus & { close(): Promise<void> } {
  const self = newId();
  const local = createLocalBus();
  const onAway = (error: string) =>
    log.warn({ error }, 'Redis is unavailable; streams continue from Postgres');
  const publisher = connectRedis(url, onAway);
  const subscriber = connectRedis(url, onAway);
  const wanted = new Map<string, number>();

  const deliver = (text: string) => {
    const message = JSON.parse(text) as RunMessage | FeedMessage;
    if (message.from === self) return;
    if ('feed' in message) local.ring(message.feed);
    else local.publish(message.events[0]!.runId, message.events.map(revive));
  };
  // Not awaited: until Redis has subscribed, and if it never does, the watches deliver the events.
  const listen = (channel: string) => {
    if (subscriber.isReady) subscriber.subscribe(channel, deliver).catch(() => {});
  };
  // Subscribes to channels requested while Redis was unavailable; known channels are not subscribed twice.
  subscriber.on('ready', () => {
    for (const channel of wanted.keys()) listen(channel);
  });

  function unlisten(channel: string): void {
    const left = (wanted.get(channel) ?? 0) - 1;
    if (left > 0) return void wanted.set(channel, left);
    wanted.delete(channel);
    if (subscriber.isReady) subscriber.unsubscribe(channel, deliver).catch(() => {});
  }

  function want(channel: string): () => void {
    wanted.set(channel, (wanted.get(channel) ?? 0) + 1);
    listen(channel);
    return () => unlisten(channel);
  }

  function send(channel: string, message: object): void {
    if (!publisher.isReady) return;
    publisher.publish(channel, JSON.stringify({ from: self, ...message })).catch(() => {});
  }

  return {
    publish(runId, events) {
      if (events.length === 0) return;
      local.publish(runId, events);
      send(channelOf(`run:${runId}`), { events });
      for (const feed of feedsOf(events)) send(channelOf(nameOf(feed)), { feed });
    },
    subscribe: (runId, listener) => both(local.subscribe(runId, listener), want(channelOf(`run:${runId}`))),
    ring(feed) {
      local.ring(feed);
      send(channelOf(nameOf(feed)), { feed });
    },
    onRing: (feed, bell) => both(local.onRing(feed, bell), want(channelOf(nameOf(feed)))),
    async close() {
      for (const client of [publisher, subscriber]) client.destroy();
    },
  };
}

function both(one: () => void, other: () => void): () => void {
  return () => {
    one();
    other();
  };
}

function channelOf(name: string): string {
  return `polyphony:${name}`;
}

function revive(event: LoggedEvent): LoggedEvent {
  return { ...event, at: new Date(event.at) };
}
