import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { appendSql, movedSql } from '../../../src/store/log/append-sql.ts';
import { eventsParameter, PAGE_EVENTS } from '../../../src/store/log/event-log.ts';
import { presentStart } from '../../../src/store/log/feeds/feed.ts';
import { followFeed } from '../../../src/store/log/feeds/follow-feed.ts';
import { createSharedFeeds } from '../../../src/store/log/feeds/shared-feed.ts';
import { cancelWithin } from '../../../src/store/runs/cancel-run.ts';
import { type Client, data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { createSession, type FeedPayload, keyOf, readFeed, readUntil } from '../../sessions/feed-reader.ts';

const server = fixture(() => startTestServer({ worker: false }));

const localOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  return client;
}

async function userOf(client: Client): Promise<string> {
  return localOf(data(await client.query('{ viewer { id } }')).viewer.id);
}

/** As every statement appends, and in the transaction of `client`. */
async function append(client: pg.Client | pg.Pool, runId: string, ...progress: number[]): Promise<void> {
  const moved = movedSql({ where: 'id = $1', events: '$2::jsonb' });
  await client.query(`with ${moved.sql} ${appendSql(moved)}`, [
    runId,
    eventsParameter(progress.map((one) => ({ type: 'ProgressMade', data: { progress: one } }))),
  ]);
}

const hold = (client: Client, input = {}) =>
  client.createTask({ prompt: 'x', model: 'demo', hold: true, ...input });
const isOf = (type: string, task: string) => (payload: FeedPayload) =>
  payload.event?.__typename === type && payload.taskId === task;

describe('a transaction that wrote early and commits late', () => {
  test.each(['activity', 'sessionEvents'])(
    'is not skipped by %s that was left after younger ones and comes back with its cursor',
    async (kind) => {
      const ann = await server.newUser();
      const sessionId = await createSession(ann);
      const id = kind === 'sessionEvents' ? { id: sessionId } : {};
      const early = await hold(ann, { sessionId });
      const first = readFeed(ann, { ...id });
      await first.next();
      const late = await connect();
      await late.query('begin');
      const cancelled = await cancelWithin(late, {
        runId: localOf(early),
        kind: 'task',
        ownerId: await userOf(ann),
        reason: 'early, but late',
      });
      expect(cancelled).toHaveLength(1);
      const younger = [await hold(ann, { sessionId }), await hold(ann, { sessionId })];
      const seen = await readUntil(first, isOf('RunCreated', younger[1]!));
      await first.return();
      expect(seen.map(({ taskId }) => taskId)).not.toContain(early);
      // A catch-up that reads the younger ones from Postgres while the old one is still open.
      const { cursor } = seen.at(-1)!;
      const second = await readUntil(
        readFeed(ann, { ...id, after: cursor }),
        isOf('RunCreated', younger[1]!),
      );
      await late.query('commit');
      await late.end();
      for (const after of [cursor, second.at(-1)!.cursor]) {
        const third = readFeed(ann, { ...id, after });
        const back = await readUntil(third, isOf('RunCancelled', early));
        await third.return();
        expect(back.at(-1)!.event!.seq).toBe(2);
      }
    },
  );

  test('is told to who stayed, without a bus, within a second', async () => {
    const ann = await server.newUser();
    const early = await hold(ann);
    const feed = readFeed(ann, {});
    await feed.next();
    const late = await connect();
    for (let round = 0; round < 3; round += 1) {
      await late.query('begin');
      await append(late, localOf(early), 0);
      const younger = await hold(ann);
      await readUntil(feed, isOf('RunCreated', younger));
      const before = performance.now();
      await late.query('commit');
      await readUntil(feed, isOf('ProgressMade', early));
      expect(performance.now() - before).toBeLessThan(1_000);
    }
    await late.end();
    await feed.return();
  });

  test('comes after what an older log entry of the same run says, although its transaction is older', async () => {
    const ann = await server.newUser();
    const [task, other] = [await hold(ann), await hold(ann)];
    const start = readFeed(ann, {});
    const { cursor } = (await start.next()).value!;
    await start.return();
    const [old, blocker] = [await connect(), await connect()];
    await old.query('begin');
    await old.query('select pg_current_xact_id()');
    await blocker.query('begin');
    await append(blocker, localOf(other), 0);
    await append(server.store.database.pool, localOf(task), 0.1);
    await append(old, localOf(task), 0.2);
    await old.query('commit');
    const inOrder = async () => {
      const feed = readFeed(ann, { after: cursor });
      const [, ...payloads] = await readUntil(feed, ({ event }) => event?.seq === 3);
      await feed.return();
      // A transaction elsewhere in this Postgres may have held the cursor back.
      const seqs = payloads.filter(({ taskId }) => taskId === task).map(({ event }) => event!.seq);
      return seqs.filter((seq) => seq > 1);
    };
    expect(await inOrder()).toEqual([2, 3]);
    await blocker.query('commit');
    expect(await inOrder()).toEqual([2, 3]);
    await Promise.all([old.end(), blocker.end()]);
  });
});

test('given a snapshot of two pages, when an event is written while the first is delivered, then it is delivered after them', async () => {
  const { store } = server;
  const ann = await server.newUser();
  const feed = { kind: 'owner', id: await userOf(ann) } as const;
  const task = localOf(await hold(ann));
  const { progress } = await presentStart(store.database);
  await append(
    store.database.pool,
    task,
    ...Array.from({ length: PAGE_EVENTS + 1 }, (_, index) => index / 1_000),
  );
  // Alone with the bus, which wakes once.
  const feedWatch = { add: () => () => {}, stop() {} };
  const sharedFeeds = createSharedFeeds(store.database, store.bus, feedWatch);
  const pages = followFeed({ ...store, sharedFeeds }, feed, progress, AbortSignal.timeout(10_000));
  const nextLength = async () => (await pages.next()).value?.items.length;
  expect(await nextLength()).toBe(PAGE_EVENTS);
  await append(store.database.pool, task, 0.9);
  store.bus.ring(feed);
  expect(await nextLength()).toBe(1);
  expect(await nextLength()).toBe(1);
});

describe('subscribers that leave and come back with their last cursor', () => {
  const RUNS = 4;
  const write = fc.record({
    /** Transactions that are older than what they write, or hold it back. */
    waitBefore: fc.integer({ min: 0, max: 30 }),
    runs: fc.uniqueArray(fc.integer({ min: 0, max: RUNS - 1 }), { minLength: 1, maxLength: RUNS }),
    waitAfter: fc.integer({ min: 0, max: 30 }),
    commits: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  });
  type Write = typeof write extends fc.Arbitrary<infer Value> ? Value : never;
  const plan = fc.record({
    writers: fc.array(fc.array(write, { minLength: 3, maxLength: 8 }), { minLength: 3, maxLength: 5 }),
    /** After how many payloads each reader leaves, again and again. */
    leaves: fc.array(fc.array(fc.integer({ min: 3, max: 20 }), { minLength: 1, maxLength: 6 }), {
      minLength: 2,
      maxLength: 4,
    }),
  });

  async function carryOut(writes: Write[], runs: string[]): Promise<void> {
    const client = await connect();
    const wait = (ms: number) => client.query('select pg_sleep($1)', [ms / 1000]);
    for (const { waitBefore, runs: wanted, waitAfter, commits } of writes) {
      await client.query('begin');
      await client.query('select pg_current_xact_id()');
      await wait(waitBefore);
      // In one order, so that writers do not wait for each other in a circle.
      for (const index of wanted.toSorted()) await append(client, runs[index]!);
      await wait(waitAfter);
      await client.query(commits ? 'commit' : 'rollback');
    }
    await client.end();
  }

  /** @returns all that one reader is told, over all its visits, until it was told of the last ones. */
  async function visit(ann: Client, after: string, leaves: number[], lasts: Set<string>) {
    const told: FeedPayload[] = [];
    const left = new Set(lasts);
    for (let cursor = after, visits = 0; left.size > 0; visits += 1) {
      const feed = readFeed(ann, { after: cursor });
      const few = leaves[visits % leaves.length]!;
      const payloads = await readUntil(feed, (payload, sofar) => {
        if (payload.event?.__typename === 'RunQueued') left.delete(payload.taskId!);
        return sofar.length > few || left.size === 0;
      });
      await feed.return();
      cursor = payloads.at(-1)!.cursor;
      // What was there before may be told: a transaction elsewhere in this Postgres held the first cursor back.
      told.push(...payloads.filter(({ event }) => event !== null && event.seq > 1));
    }
    return told;
  }

  test('see every event of all runs, each run’s in the order of its seq; repeats are known by task and seq', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ writers, leaves }) => {
        const ann = await server.newUser();
        const tasks = await Promise.all(Array.from({ length: RUNS }, () => hold(ann)));
        const start = readFeed(ann, {});
        const { cursor } = (await start.next()).value!;
        await start.return();
        const reading = leaves.map((each) => visit(ann, cursor, each, new Set(tasks)));
        await Promise.all(writers.map((writes) => carryOut(writes, tasks.map(localOf))));
        for (const id of tasks) {
          data(
            await ann.query('mutation ($id: ID!) { executeTask(input: { id: $id }) { __typename } }', { id }),
          );
        }
        const { rows } = await server.store.database.pool.query<{ run_id: string; seq: number }>(
          'select run_id, seq from run_event where run_id = any($1) and seq > 1 order by run_id, seq',
          [tasks.map(localOf)],
        );
        for (const told of await Promise.all(reading)) {
          const fresh = new Map(told.toReversed().map((payload) => [keyOf(payload), payload]));
          expect(fresh.size).toBe(rows.length);
          for (const task of tasks) {
            const firsts: number[] = [];
            for (const { taskId, event } of told) {
              if (taskId === task && !firsts.includes(event!.seq)) firsts.push(event!.seq);
            }
            const all = rows.filter(({ run_id }) => run_id === localOf(task)).map(({ seq }) => seq);
            expect(firsts).toEqual(all);
          }
        }
      }),
      { numRuns: 4, endOnFailure: true },
    );
  }, 120_000);
});
