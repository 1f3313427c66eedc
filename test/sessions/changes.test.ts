import { describe, expect, test } from 'vitest';
import { type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { createSession } from './feed-reader.ts';

const server = fixture(() => startTestServer());
const ann = fixture(() => server.newUser());

interface Payload {
  cursor: string;
  event: { __typename: string } | null;
  isLast: boolean;
  change: { type: string; kind: string; nodeId: string; at: string } | null;
  run: { id: string } | null;
  task: { title: string; priority: number } | null;
  thread: { title: string } | null;
  session: { name: string } | null;
  sessionId: string | null;
}

const FIELDS = `cursor isLast event { __typename } change { type kind nodeId at } run { id } sessionId
  task { title priority } thread { title } session { name }`;
const ACTIVITY = `subscription ($after: String) { activity(after: $after) { ${FIELDS} } }`;
const SESSION = `subscription ($id: ID!, $after: String) { sessionEvents(sessionId: $id, after: $after) { ${FIELDS} } }`;

/** A feed whose first payload, which has nothing but a cursor, was received. */
async function open(client: Client, { id, after }: { id?: string; after?: string } = {}) {
  const answers = client.subscribe(id ? SESSION : ACTIVITY, { id, after });
  const next = async (): Promise<Payload> => {
    const { value } = await answers.next();
    const { activity, sessionEvents } = data(value as Parameters<typeof data>[0]);
    return activity ?? sessionEvents;
  };
  const { cursor } = await next();
  return {
    cursor,
    /** The next changes; events of runs are skipped. */
    async changes(count: number): Promise<Payload[]> {
      const told: Payload[] = [];
      while (told.length < count) {
        const payload = await next();
        if (payload.change) told.push(payload);
      }
      return told;
    },
    /** A change, for who comes back: what was told last may be told again before it. */
    async change(nodeId: string, type: string): Promise<Payload> {
      for (;;) {
        const payload = await next();
        if (payload.change?.nodeId === nodeId && payload.change.type === type) return payload;
      }
    },
    next,
    leave: () => answers.return(undefined),
  };
}

const told = (payloads: Payload[]) =>
  payloads.map(({ change }) => [change!.kind, change!.type, change!.nodeId] as const);

async function run(client: Client, mutation: string, input: Record<string, unknown>, name: string) {
  const answer = await client.query(
    `mutation ($input: ${name}!) { ${mutation.replace('(', '(input: $input')} }`,
    { input },
  );
  return data(answer);
}

async function createThread(client: Client, input: Record<string, unknown>): Promise<string> {
  const made = await run(client, 'createThread() { thread { id } }', input, 'CreateThreadInput');
  return made.createThread.thread.id;
}

/** The stored changes of an object. */
async function kept(id: string): Promise<string[]> {
  const local = Buffer.from(id, 'base64url').toString().split(':')[1];
  const text = 'select type from change where subject_id = $1 order by place';
  const { rows } = await server.store.database.pool.query(text, [local]);
  return rows.map(({ type }) => type);
}

const held = { prompt: 'x', model: 'demo', hold: true };
const deleteTask = (client: Client, id: string) =>
  run(client, 'deleteTask() { deletedId }', { id }, 'DeleteTaskInput');
const deleteSession = (client: Client, id: string) =>
  run(client, 'deleteSession() { deletedId }', { id }, 'DeleteSessionInput');

describe('a list that follows `activity` does not become stale, because it is told', () => {
  test('given a session that is created, edited and deleted, then each of it, with the session as it is', async () => {
    const feed = await open(ann);
    const id = await createSession(ann, { name: 'first' });
    const [created] = await feed.changes(1);
    expect(created).toMatchObject({ event: null, run: null, sessionId: id, session: { name: 'first' } });
    await run(ann, 'updateSession() { session { id } }', { id, name: 'second' }, 'UpdateSessionInput');
    const [updated] = await feed.changes(1);
    expect(updated).toMatchObject({ sessionId: id, session: { name: 'second' }, isLast: false });
    await deleteSession(ann, id);
    const [deleted] = await feed.changes(1);
    expect(deleted).toMatchObject({ sessionId: id, session: null, isLast: false });
    expect(told([created!, updated!, deleted!])).toEqual([
      ['SESSION', 'CREATED', id],
      ['SESSION', 'UPDATED', id],
      ['SESSION', 'DELETED', id],
    ]);
    await feed.leave();
  });

  test('given a thread that is created and edited, then both', async () => {
    const feed = await open(ann);
    const id = await createThread(ann, { title: 'first' });
    await run(ann, 'updateThread() { thread { id } }', { id, title: 'second' }, 'UpdateThreadInput');
    const changes = await feed.changes(2);
    expect(told(changes)).toEqual([
      ['THREAD', 'CREATED', id],
      ['THREAD', 'UPDATED', id],
    ]);
    expect(changes[1]).toMatchObject({ thread: { title: 'second' }, session: null, sessionId: null });
    await feed.leave();
  });

  test('given a task that is edited, moved up and deleted, then each of it', async () => {
    const id = await ann.createTask(held);
    const feed = await open(ann);
    await run(ann, 'updateTask() { task { id } }', { id, title: 'better' }, 'UpdateTaskInput');
    const [edited] = await feed.changes(1);
    expect(edited).toMatchObject({ run: { id }, task: { title: 'better' } });
    await run(ann, 'updateTaskPriority() { task { id } }', { id, priority: 9 }, 'UpdateTaskPriorityInput');
    const [moved] = await feed.changes(1);
    expect(moved).toMatchObject({ run: { id }, task: { priority: 9 } });
    await deleteTask(ann, id);
    const [deleted] = await feed.changes(1);
    expect(deleted).toMatchObject({ run: null, task: null });
    expect(told([edited!, moved!, deleted!])).toEqual([
      ['TASK', 'UPDATED', id],
      ['TASK', 'UPDATED', id],
      ['TASK', 'DELETED', id],
    ]);
    await feed.leave();
  });

  test('given a session that is deleted with what is in it, then all of it', async () => {
    const session = await createSession(ann);
    const thread = await createThread(ann, { sessionId: session });
    const tasks = [
      await ann.createTask({ ...held, sessionId: session }),
      await ann.createTask({ ...held, sessionId: session }),
    ];
    const feed = await open(ann);
    await deleteSession(ann, session);
    const changes = told(await feed.changes(4)).filter(([, type]) => type === 'DELETED');
    expect(new Set(changes.map(([kind, , id]) => `${kind} ${id}`))).toEqual(
      new Set([`SESSION ${session}`, `THREAD ${thread}`, ...tasks.map((id) => `TASK ${id}`)]),
    );
    await feed.leave();
  });

  test('given an object that is edited again and again, then only its latest edit is kept, for who was away', async () => {
    const id = await createSession(ann);
    const before = await open(ann);
    await before.leave();
    for (const name of ['one', 'two', 'three'])
      await run(ann, 'updateSession() { session { id } }', { id, name }, 'UpdateSessionInput');
    const feed = await open(ann, { after: before.cursor });
    expect(await feed.change(id, 'UPDATED')).toMatchObject({ session: { name: 'three' } });
    await feed.leave();
    expect(await kept(id)).toEqual(['created', 'updated']);
    await deleteSession(ann, id);
    expect(await kept(id)).toEqual(['deleted']);
  });

  test('given somebody who was away, then what was deleted meanwhile', async () => {
    const id = await ann.createTask(held);
    const before = await open(ann);
    await before.leave();
    await deleteTask(ann, id);
    const feed = await open(ann, { after: before.cursor });
    expect(await feed.change(id, 'DELETED')).toMatchObject({ task: null });
    await feed.leave();
  });

  test('and nothing of another account', async () => {
    const ben = await server.newUser();
    const feed = await open(ben);
    const id = await ann.createTask(held);
    await deleteTask(ann, id);
    await createSession(ann);
    const own = await createSession(ben);
    expect((await feed.next()).change!.nodeId).toBe(own);
    await feed.leave();
  });
});

test('the feed of a session tells what is edited and deleted in it, and nothing else', async () => {
  const id = await createSession(ann);
  const [inside, outside] = [await ann.createTask({ ...held, sessionId: id }), await ann.createTask(held)];
  const feed = await open(ann, { id });
  await deleteTask(ann, outside);
  await run(ann, 'updateSession() { session { id } }', { id, name: 'new' }, 'UpdateSessionInput');
  const thread = await createThread(ann, { sessionId: id });
  await deleteTask(ann, inside);
  expect(told(await feed.changes(3))).toEqual([
    ['SESSION', 'UPDATED', id],
    ['THREAD', 'CREATED', thread],
    ['TASK', 'DELETED', inside],
  ]);
  await feed.leave();
});

describe('a cursor is refused with what to do', () => {
  const DAY = 24 * 60 * 60;

  test.each([
    ['of a database that was restored since', { 3: '1/00000001' }, /restored or moved; read the lists again/],
    ['that is older than its changes', { 4: Math.floor(Date.now() / 1000) - 31 * DAY }, /30 days; read the/],
  ])('given one %s', async (_what, other: Record<number, unknown>, message) => {
    const { cursor, leave } = await open(ann);
    await leave();
    const content: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const changed = content.map((part, index) => other[index] ?? part);
    const after = Buffer.from(JSON.stringify(changed)).toString('base64url');
    const answer = (await ann.subscribe(ACTIVITY, { after }).next()).value as Parameters<typeof errorCode>[0];
    expect(errorCode(answer)).toBe('BAD_CURSOR');
    expect(answer.errors![0]!.message).toMatch(message);
  });
});
