import { afterEach, expect, test, vi } from 'vitest';
import { appendSql, movedSql } from '../../../src/store/log/append-sql.ts';
import { eventsParameter } from '../../../src/store/log/event-log.ts';
import { presentStart } from '../../../src/store/log/feeds/feed.ts';
import { followFeed } from '../../../src/store/log/feeds/follow-feed.ts';
import { PACE_MS } from '../../../src/store/log/feeds/shared-feed.ts';
import { type Client, data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
afterEach(() => vi.restoreAllMocks());

const localOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;

/** As a worker appends, with the wake-up that it sends after its commit. */
async function append(runId: string, ownerId: string, ...progress: number[]): Promise<void> {
  const moved = movedSql({ where: 'id = $1', events: '$2::jsonb' });
  const events = progress.map((one) => ({ type: 'ProgressMade', data: { progress: one } }) as const);
  await server.store.database.pool.query(`with ${moved.sql} ${appendSql(moved)}`, [
    runId,
    eventsParameter(events),
  ]);
  server.store.bus.ring({ kind: 'owner', id: ownerId });
}

/** Counts the statements from now on whose name matches. */
function countStatements(name: RegExp): () => number {
  const spy = vi.spyOn(server.store.database.pool, 'query');
  return () =>
    spy.mock.calls.filter(([statement]) => name.test((statement as unknown as { name?: string }).name ?? ''))
      .length;
}

async function account() {
  const client = await server.newUser();
  const ownerId = localOf(data(await client.query('{ viewer { id } }')).viewer.id);
  return { client, ownerId };
}

const hold = (client: Client) => client.createTask({ prompt: 'x', model: 'demo', hold: true });
const PROGRESS =
  'subscription { activity { event { __typename ... on ProgressMade { progress } } run { id } } }';

/** The progress that a new subscriber is sent, after the first payload. */
async function follow(client: Client) {
  const feed = client.subscribe(PROGRESS);
  await feed.next();
  return {
    /** Resolves when it has been sent `last`. @returns all that it has been sent */
    async until(last: number): Promise<number[]> {
      const sent: number[] = [];
      while (sent.at(-1) !== last) {
        const { event } = data((await feed.next()).value!).activity;
        if (event.__typename === 'ProgressMade') sent.push(event.progress);
      }
      return sent;
    },
    leave: () => feed.return(undefined),
  };
}

const EVENTS = Array.from({ length: 50 }, (_, index) => index / 100);

test('given many subscribers of an account, when events are written one by one, then each is read and executed once', async () => {
  const { client, ownerId } = await account();
  const task = localOf(await hold(client));
  const subscribers = await Promise.all(Array.from({ length: 10 }, () => follow(client)));
  // Each has read what was missing, and follows.
  await append(task, ownerId, 0.99);
  await Promise.all(subscribers.map(({ until }) => until(0.99)));
  const reads = countStatements(/^read-feed/);
  const executions = countStatements(/^read-(listed-)?tasks/);
  for (const progress of EVENTS) {
    await append(task, ownerId, progress);
    await Promise.all(
      subscribers.map(async ({ until }) => expect(await until(progress)).toEqual([progress])),
    );
  }
  expect(reads()).toBeLessThanOrEqual(2 * EVENTS.length);
  expect(executions()).toBeLessThanOrEqual(2 * EVENTS.length);
  for (const { leave } of subscribers) await leave();
});

test('given many runs that write at once, then their account’s feed is read at most so many times a second', async () => {
  const { client, ownerId } = await account();
  const tasks = await Promise.all(Array.from({ length: 20 }, () => hold(client)));
  const subscriber = await follow(client);
  const reads = countStatements(/^read-feed/);
  const from = performance.now();
  await Promise.all(
    tasks.map(async (id, index) => {
      for (const progress of EVENTS) await append(localOf(id), ownerId, index + progress);
    }),
  );
  await append(localOf(tasks[0]!), ownerId, 0.99);
  const sent = await subscriber.until(0.99);
  expect(sent).toHaveLength(tasks.length * EVENTS.length + 1);
  expect(reads()).toBeLessThanOrEqual((performance.now() - from) / PACE_MS + 3);
  await subscriber.leave();
});

test('given a subscriber that does not read, when many pages follow, then it receives all of them in order, once', async () => {
  const { store } = server;
  const { client, ownerId } = await account();
  const task = localOf(await hold(client));
  const { progress } = await presentStart(store.database);
  const feed = { kind: 'owner', id: ownerId } as const;
  const [slow, quick] = [new AbortController(), new AbortController()];
  const pages = followFeed(store, feed, progress, slow.signal);
  await append(task, ownerId, 0);
  const seqs: number[] = [];
  const take = async (source: typeof pages) =>
    ((await source.next()).value?.items ?? []).flatMap(({ event }) =>
      event && event.seq > 1 ? [event.seq] : [],
    );
  while (seqs.length === 0) seqs.push(...(await take(pages)));
  const others = followFeed(store, feed, progress, quick.signal);
  const seen: number[] = [];
  // More than may wait for one follower.
  const [rounds, each] = [12, 50];
  for (let round = 0; round < rounds; round += 1) {
    await append(task, ownerId, ...EVENTS.slice(0, each));
    while (seen.length < 1 + (round + 1) * each) seen.push(...(await take(others)));
  }
  const all = Array.from({ length: 1 + rounds * each }, (_, index) => index + 2);
  expect(seen).toEqual(all);
  while (seqs.length < all.length) seqs.push(...(await take(pages)));
  expect(seqs).toEqual(all);
  slow.abort();
  quick.abort();
});

test('given a subscriber that comes back after many runs were created, then their tasks are read a page at a time', async () => {
  const { client } = await account();
  const activity = 'subscription ($after: String) { activity(after: $after) { cursor run { id status } } }';
  const first = client.subscribe(activity, {});
  const { cursor } = data((await first.next()).value!).activity;
  await first.return(undefined);
  const tasks: string[] = [];
  for (let index = 0; index < 40; index += 1) tasks.push(await hold(client));
  const reads = countStatements(/^read-(listed-)?tasks/);
  const feed = client.subscribe(activity, { after: cursor });
  const seen = new Set<string>();
  while (tasks.some((id) => !seen.has(id))) {
    const { run } = data((await feed.next()).value!).activity;
    if (run) seen.add(run.id);
  }
  expect(reads()).toBeGreaterThan(0);
  expect(reads()).toBeLessThanOrEqual(3);
  await feed.return(undefined);
});
