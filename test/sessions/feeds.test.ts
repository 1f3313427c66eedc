import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createClient, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { ask } from '../http/transports.ts';
import {
  ACTIVITY,
  createSession,
  isEndOf,
  keyOf,
  readFeed,
  readUntil,
  SESSION_EVENTS,
} from './feed-reader.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

const quick = { prompt: 'x', model: 'gpt-4o@tokens=20' };
const FACTS = [
  'RunCreated',
  'RunStarted',
  'ModelCallStarted',
  'ModelCallCompleted',
  'ProgressMade',
  'RunCompleted',
];
const typesOf = (payloads: { event: { __typename: string } | null }[]) =>
  payloads.map(({ event }) => event?.__typename ?? null);

describe.each(['subscribe', 'subscribeSse'] as const)('over %s', (transport) => {
  test('a session tells of its own tasks, activity of all; neither of text', async () => {
    const user = await server.newUser();
    const id = await createSession(user);
    const [ofSession, ofAll] = [readFeed(user, { id, transport }), readFeed(user, { transport })];
    for (const feed of [ofSession, ofAll]) {
      expect((await feed.next()).value).toMatchObject({ event: null, taskId: null, isLast: false });
    }
    const [inside, outside] = [
      await user.createTask({ ...quick, sessionId: id }),
      await user.createTask(quick),
    ];
    const inSession = await readUntil(ofSession, isEndOf(inside));
    expect(typesOf(inSession)).toEqual(FACTS);
    expect(inSession.map(({ taskId, sessionId }) => [taskId, sessionId])).toEqual(
      FACTS.map(() => [inside, id]),
    );
    const all = await readUntil(ofAll, isEndOf(inside, outside));
    for (const [task, sessionId] of [
      [inside, id],
      [outside, null],
    ]) {
      const ofTask = all.filter(({ taskId }) => taskId === task);
      expect(typesOf(ofTask)).toEqual(FACTS);
      expect(new Set(ofTask.map((payload) => payload.sessionId))).toEqual(new Set([sessionId]));
    }
    await Promise.all([ofSession.return(), ofAll.return()]);
  });

  test('who comes back with a cursor is told the rest', async () => {
    const user = await server.newUser();
    const first = readFeed(user, { transport });
    await first.next();
    const tasks = [await user.createTask(quick), await user.createTask(quick)];
    const seen = await readUntil(first, (_, { length }) => length === 3);
    await first.return();
    const again = readFeed(user, { transport, after: seen.at(-1)!.cursor });
    const rest = (await readUntil(again, isEndOf(...tasks))).filter(({ event }) => event !== null);
    await again.return();
    expect(new Set([...seen, ...rest].map(keyOf)).size).toBe(2 * FACTS.length);
    const last = readFeed(user, { transport, after: rest.at(-1)!.cursor });
    expect((await last.next()).value!.event).toBeNull();
    const another = await user.createTask({ ...quick, hold: true });
    const news = await readUntil(last, ({ taskId }) => taskId === another);
    // What was told last may be told again: a transaction elsewhere in this Postgres holds all cursors back.
    const known = new Set([...seen, ...rest].map(keyOf));
    expect(news.filter((payload) => !known.has(keyOf(payload)))).toHaveLength(1);
    await last.return();
  });

  test('the feed of a session ends with the session, and says so', async () => {
    const id = await createSession(ann);
    const feed = readFeed(ann, { id, transport });
    await feed.next();
    const task = await ann.createTask({ ...quick, hold: true, sessionId: id });
    await feed.next();
    const rest = readUntil(feed, () => false);
    data(await ann.query('mutation ($id: ID!) { deleteSession(input: { id: $id }) { deletedId } }', { id }));
    expect(await rest).toMatchObject([
      { event: null, taskId: task, task: null, isLast: false },
      { event: null, taskId: null, isLast: true },
    ]);
    expect(errorCode(await askSession(id))).toBe('NOT_FOUND');
  });

  test.each([
    'nonsense',
    '',
    Buffer.from('["0x1","",0]').toString('base64url'),
    Buffer.from('["1"]').toString('base64url'),
    Buffer.from('["1","a\\u0000b",0]').toString('base64url'),
    Buffer.from('["1","",-1]').toString('base64url'),
    Buffer.from('["1","",1e99]').toString('base64url'),
    Buffer.from('["9999999999999999999","",0]').toString('base64url'),
  ])('%j is no cursor', async (after) => {
    const credentials = { authorization: `Bearer ${ann.token}` };
    const via = transport === 'subscribe' ? 'graphql-ws' : 'SSE';
    const id = await createSession(ann);
    for (const document of [ACTIVITY, SESSION_EVENTS]) {
      const variables = document === ACTIVITY ? { after } : { id, after };
      const answer = await ask(via, server.url, credentials, document, variables);
      expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual(['BAD_CURSOR', 'after']);
    }
  });

  test('a feed ends when the credentials do', async () => {
    const expiresAt = new Date(Date.now() + 1_500);
    const made = await ann.query(
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }',
      { input: { name: 'short', expiresAt } },
    );
    const program = createClient(server.url, { 'x-api-key': data(made).createApiKey.key });
    const end = await readUntil(readFeed(program, { transport }), () => false).catch((error) => error);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime() - 50);
    if (transport === 'subscribe') expect(end).toMatchObject({ code: 4403 });
    else expect(String(end)).toMatch(/credentials expired; log in again.*UNAUTHENTICATED/);
  });

  test('a subscriber that leaves leaves nothing behind', async () => {
    const feed = readFeed(ann, { transport });
    await feed.next();
    const looks = countLooks();
    await expect.poll(looks).toBeGreaterThan(1);
    await feed.return();
    await untilStill(looks);
  });
});

function askSession(id: string) {
  return ask('SSE', server.url, { authorization: `Bearer ${ann.token}` }, SESSION_EVENTS, { id });
}

/** How often the process has looked for news of feeds since. */
function countLooks(): () => number {
  const asked = vi.spyOn(server.store.database.pool, 'query');
  onTestFinished(() => asked.mockRestore());
  return () => asked.mock.calls.filter(([query]) => (query as { name?: string }).name === 'feed-news').length;
}

/** The process looks for news twice a second while anybody follows a feed. */
async function untilStill(looks: () => number): Promise<void> {
  let before = -1;
  const isStill = () => {
    const now = looks();
    const still = now === before;
    before = now;
    return still;
  };
  await expect.poll(isStill, { interval: 800 }).toBe(true);
}

test('a session that is not there has no feed', async () => {
  const answer = await askSession(Buffer.from('Session:none').toString('base64url'));
  expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual(['NOT_FOUND', 'sessionId']);
});

test('a long backlog comes whole and in order, a page at a time', async () => {
  const user = await server.newUser();
  const start = readFeed(user, {});
  const { cursor } = (await start.next()).value!;
  await start.return();
  const ids = await Promise.all(
    Array.from({ length: 500 }, () => user.createTask({ prompt: 'x', model: 'demo', hold: true })),
  );
  const feed = readFeed(user, { after: cursor });
  const told = await readUntil(feed, (_, { length }) => length === 501);
  await feed.return();
  expect(new Set(told.slice(1).map(({ taskId }) => taskId))).toEqual(new Set(ids));
});
