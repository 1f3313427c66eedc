/** The load generator: everything that asks Polyphony, and the servers that it is compared with. */

import { setTimeout as wait } from 'node:timers/promises';
import { type HttpRequest, openConnection, postRequest, toBytes } from '../client/http.ts';
import { openSocket } from '../client/socket.ts';
import { openSubscriber, textIn } from '../client/subscriber.ts';
import { inLanes, openCreator, type Target, withCreators } from '../client/tasks.ts';
import { serveCommands } from '../fork.ts';
import { createStreamMeter, type StreamFigures, type StreamPlan } from '../measure/stream-meter.ts';
import { audiences, openAudience } from './audience.ts';

/** More at once would only queue: the first runs would end before the last have begun. */
const CREATORS = 8;

export interface FirstToken {
  /** Milliseconds from sending the mutation. */
  sinceSubmitted: number;
  /** Milliseconds from its answer. */
  sinceCreated: number;
}

export interface Answers {
  perSecond: number;
  /** Of each of them, from sending its request. */
  milliseconds: number[];
}

const commands = {
  async createTasks({ lanes, count, model, priority, ...target }: Target & Asked & Tasks) {
    await withCreators(target, lanes, count, async (creator) => void (await creator.create(model, priority)));
  },

  createTask: async ({ model, ...target }: Target & Asked): Promise<string> => {
    const creator = await openCreator(target);
    return creator.create(model).finally(creator.close);
  },

  async firstTokens({ samples, model, ...target }: Target & Asked & { samples: number }) {
    const creator = await openCreator(target);
    const subscriber = await openSubscriber(target.url, target.token);
    const results: FirstToken[] = [];
    for (let index = 0; index < samples; index += 1) {
      const submittedAt = performance.now();
      const id = await creator.create(model);
      const createdAt = performance.now();
      let firstAt = 0;
      await subscriber.follow(id, (payload) => {
        if (firstAt === 0 && textIn(payload) !== null) firstAt = performance.now();
      });
      results.push({ sinceSubmitted: firstAt - submittedAt, sinceCreated: firstAt - createdAt });
    }
    subscriber.close();
    creator.close();
    return results;
  },

  async stream({ plan, model, ...target }: Target & Asked & { plan: StreamPlan }): Promise<StreamFigures> {
    const subscribers = await openSubscribers(target, plan.streams);
    const meter = createStreamMeter(plan);
    const streams: Promise<void>[] = [];
    await withCreators(target, Math.min(CREATORS, plan.streams), plan.streams, async (creator, index) => {
      const id = await creator.create(model);
      const following = subscribers[index]!.follow(id, (payload) => {
        const text = textIn(payload);
        if (text !== null) meter.received(index, text);
      });
      streams.push(following);
    });
    await Promise.all(streams);
    for (const subscriber of subscribers) subscriber.close();
    return meter.figures();
  },

  /**
   * Sends a request over and over, on each lane when it has been answered there.
   * @param varied a part of the body that is replaced by another number in each request; default: they are all the same
   */
  async ask({
    lanes,
    seconds,
    varied,
    ...asked
  }: HttpRequest & { lanes: number; seconds: number; varied?: string }): Promise<Answers> {
    const request = requests(toBytes(asked), varied);
    const until = performance.now() + seconds * 1000;
    const milliseconds: number[] = [];
    const from = performance.now();
    await inLanes(lanes, lanes, async () => {
      const connection = await openConnection(asked.url);
      while (performance.now() < until) {
        const sentAt = performance.now();
        await connection.send(request());
        milliseconds.push(performance.now() - sentAt);
      }
      connection.close();
    });
    return { perSecond: (milliseconds.length / (performance.now() - from)) * 1000, milliseconds };
  },

  /** Opens an audience of so many followers of one run. */
  async gather({ audience, count, taskId, ...target }: Target & Gathering & { taskId: string }) {
    const subscribers = await openSubscribers(target, count);
    const followers = openAudience(audience, count, () => {
      for (const subscriber of subscribers) subscriber.close();
    });
    // Each is sent the present state first; until then it follows nothing.
    await inLanes(50, count, async (index) => {
      const first = Promise.withResolvers<void>();
      const following = subscribers[index]!.follow(taskId, (payload) => {
        first.resolve();
        followers.count(payload);
      });
      await Promise.race([first.promise, following]);
    });
  },

  /** The same at a server that has nothing but sockets. */
  async gatherBare({ audience, count, url }: Gathering & { url: string }) {
    const sockets: { close(): void }[] = [];
    const followers = openAudience(audience, count, () => {
      for (const socket of sockets) socket.close();
    });
    await inLanes(100, count, async () => {
      sockets.push(await openSocket(url, null, followers.count));
    });
  },

  /** Has events sent one after the other, each when all have the one before. @returns milliseconds of each. */
  async deliver({ audience, url, events }: { audience: string; url: string; events: number }) {
    const connection = await openConnection(url);
    const request = postRequest(url, {});
    const milliseconds: number[] = [];
    for (let index = 0; index < events; index += 1) {
      const everybody = audiences.get(audience)!.everybody();
      const from = performance.now();
      await connection.send(request);
      await everybody;
      milliseconds.push(performance.now() - from);
    }
    connection.close();
    return milliseconds;
  },

  /** Opens subscribers of the feed of an account. */
  async gatherFeed({ audience, count, ...target }: Target & Gathering) {
    const subscribers = await openSubscribers(target, count);
    const delays: number[] = [];
    feedDelays.set(audience, delays);
    openAudience(audience, count, () => {
      for (const subscriber of subscribers) subscriber.close();
    });
    await inLanes(10, count, async (index) => {
      const first = Promise.withResolvers<void>();
      const following = subscribers[index]!.followActivity((at) => {
        first.resolve();
        if (at !== null) delays.push(Date.now() - at);
      });
      await Promise.race([first.promise, following]);
    });
  },

  /** @returns milliseconds from each event since the last call to its delivery, for each subscriber. */
  feedDelays: async ({ audience }: { audience: string }) => feedDelays.get(audience)!.splice(0),

  /** Creates tasks one after the other, on a timetable. */
  async createSteadily({
    seconds,
    perSecond,
    model,
    ...target
  }: Target & Asked & { seconds: number; perSecond: number }) {
    const creator = await openCreator(target);
    const from = performance.now();
    for (let index = 0; index < seconds * perSecond; index += 1) {
      await creator.create(model);
      const ahead = from + ((index + 1) * 1000) / perSecond - performance.now();
      if (ahead > 0) await wait(ahead);
    }
    creator.close();
  },

  leave: async ({ audience }: { audience: string }) => audiences.get(audience)?.leave(),
};
const feedDelays = new Map<string, number[]>();

export type LoadCommands = typeof commands;

interface Asked {
  model: string;
}

interface Tasks {
  lanes: number;
  count: number;
  priority?: number;
}

interface Gathering {
  audience: string;
  count: number;
}

async function openSubscribers({ url, token }: Target, count: number) {
  const subscribers: Awaited<ReturnType<typeof openSubscriber>>[] = [];
  await inLanes(50, count, async () => {
    subscribers.push(await openSubscriber(url, token));
  });
  return subscribers;
}

serveCommands(commands);

function requests(request: Buffer, varied: string | undefined): () => Buffer {
  if (varied === undefined) return () => request;
  const at = request.indexOf(varied);
  let number = 0;
  return () => {
    const other = Buffer.from(request);
    number += 1;
    other.write(String(number).padStart(varied.length, '0'), at);
    return other;
  };
}
