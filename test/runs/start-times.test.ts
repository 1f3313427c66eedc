import { describe, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { newId } from '../../src/rules/ids/ids.ts';
import { claimRun } from '../../src/store/runs/claims/claim-run.ts';
import { expireRuns } from '../../src/store/runs/times/expire-runs.ts';
import { registerWorker } from '../../src/store/workers/workers.ts';
import { startWorker } from '../../src/worker.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { runIdOf } from '../harness/lease.ts';
import { startTestServer } from '../harness/server.ts';
import { createWorkflow } from '../workflows/workflows.ts';

const server = fixture(() => startTestServer());
const ann = fixture(() => server.newUser());
/** Without a worker. */
const still = fixture(() => startTestServer({ worker: false }));
const bob = fixture(() => still.newUser());

const MODEL = 'demo@tokens=1,itl=0';
const DAY_MS = 86_400_000;
const from = (ms: number) => new Date(Date.now() + ms).toISOString();

const runQuery = `query ($id: ID!) { run(id: $id) { id status startAt expiresAt startedAt endedAt
  error { code } cancelReason events { nodes { __typename } } } }`;

type Create = (client: typeof ann, times: object) => Promise<string>;
const create =
  (name: string, field: string, inputOf: (client: typeof ann) => object | Promise<object>): Create =>
  async (client, times) => {
    const input = { ...(await inputOf(client)), ...times };
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${field} { id } } }`;
    const answer = await client.query(document, { input });
    if (answer.errors) throw new Error(answer.errors[0]!.message);
    return answer.data[name][field].id;
  };
const createTask = create('createTask', 'task', () => ({ prompt: 'x', model: MODEL }));
const CREATIONS: [string, Create][] = [
  ['task', createTask],
  [
    'execution',
    create('executeWorkflow', 'execution', async (client) => ({
      workflowId: await createWorkflow(client, [{ key: 'a', task: 'x', model: MODEL }]),
    })),
  ],
  [
    'orchestration',
    create('startOrchestration', 'orchestration', () => ({
      prompt: 'x',
      preferredModels: [MODEL],
      maxIterations: 1,
    })),
  ],
];

const read = async (client: typeof ann, id: string) => data(await client.query(runQuery, { id })).run;
/** The run, once it has ended. */
async function ended(client: typeof ann, id: string) {
  for await (const _event of client.subscribe('subscription ($id: ID!) { runEvents(runId: $id) { seq } }', {
    id,
  }));
  return read(client, id);
}
const sql = async (text: string, values: unknown[] = []) =>
  (await still.store.database.pool.query(text, values)).rows;
const update = (client: typeof ann, id: string, change: object) =>
  client.query(
    'mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task { startAt expiresAt } } }',
    { input: { id, ...change } },
  );
const act = (client: typeof ann, name: string, id: string) =>
  client.query(`mutation ($id: ID!) { ${name}(input: { id: $id }) { __typename } }`, { id });
/** What cannot be ended fails the test. */
const expire = () =>
  expireRuns(still.store, (error) => {
    throw error;
  });
async function claim(id: string) {
  const workerId = newId();
  await registerWorker(still.store.database, workerId);
  return claimRun(still.store, runIdOf(id), { workerId, providers: ['demo'] }, false);
}

describe.each(CREATIONS)('given start times of a new %s', (_kind, make) => {
  test('then it is QUEUED until startAt, and starts soon after it', async () => {
    const startAt = from(1_500);
    const id = await make(ann, { startAt });
    expect(await read(ann, id)).toMatchObject({ status: 'QUEUED', startAt, startedAt: null });
    const { startedAt } = await ended(ann, id);
    const lateMs = Date.parse(startedAt) - Date.parse(startAt);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(1_000 * (process.env.CI ? 5 : 3));
  });

  test('then a startAt in the past has no effect', async () => {
    const id = await make(ann, { startAt: from(-DAY_MS) });
    expect(await ended(ann, id)).toMatchObject({ error: null });
  });

  test('then it can be cancelled before startAt', async () => {
    const id = await make(ann, { startAt: from(DAY_MS) });
    data(await act(ann, 'cancelRun', id));
    expect(await ended(ann, id)).toMatchObject({ status: 'CANCELLED', startedAt: null });
  });

  test.each([
    [{ startAt: from(366 * DAY_MS) }, 'input.startAt: must be at most 365 days ahead'],
    [{ expiresAt: from(366 * DAY_MS) }, 'input.expiresAt: must be at most 365 days ahead'],
    [{ startAt: from(DAY_MS), expiresAt: from(DAY_MS - 1) }, 'input.expiresAt: must be after startAt'],
  ])(
    'then it is refused if they are invalid, and the error says what is allowed: case %#',
    async (times, message) => {
      await expect(make(ann, times)).rejects.toThrow(message);
    },
  );

  test('then it fails with EXPIRED, exactly once, if it has not started by expiresAt', async () => {
    const expiresAt = from(400);
    const id = await make(ann, { startAt: from(200), expiresAt: from(DAY_MS) });
    await ended(ann, id);
    // As if no worker had come for it.
    const late = await make(bob, { expiresAt });
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, Date.parse(expiresAt) - Date.now()) + 5));
    expect(await claim(late)).toBeNull();
    expect(await claim(await make(bob, { startAt: from(DAY_MS) }))).toBeNull();
    expect(await claim(await make(bob, { expiresAt: from(DAY_MS) }))).not.toBeNull();
    await Promise.all([expire(), expire(), expire()]);
    const run = await read(bob, late);
    expect(run).toMatchObject({ status: 'FAILED', error: { code: 'EXPIRED' }, startedAt: null, expiresAt });
    expect(run.events.nodes.map((event: { __typename: string }) => event.__typename)).toEqual([
      'RunCreated',
      'RunFailed',
    ]);
    data(await act(bob, 'retryRun', late));
    await expire();
    expect(await read(bob, late)).toMatchObject({ status: 'QUEUED', error: null, expiresAt: null });
  });
});

describe('given a task that starts later', () => {
  test('then a repeated request with its idempotency key returns it, and one with another startAt is refused', async () => {
    const startAt = from(DAY_MS);
    const first = await createTask(bob, { startAt, idempotencyKey: 'a' });
    expect(await createTask(bob, { startAt, idempotencyKey: 'a' })).toBe(first);
    await expect(createTask(bob, { startAt: from(2 * DAY_MS), idempotencyKey: 'a' })).rejects.toThrow(
      'was used before',
    );
  });

  test('then its start times can be changed until it has started', async () => {
    const id = await createTask(ann, { startAt: from(DAY_MS) });
    const startAt = from(2 * DAY_MS);
    expect(data(await update(ann, id, { startAt })).updateTask.task).toEqual({ startAt, expiresAt: null });
    expect((await update(ann, id, { expiresAt: from(DAY_MS) })).errors?.[0]).toMatchObject({
      extensions: { code: 'VALIDATION_ERROR', field: 'input.expiresAt' },
    });
    const expiresAt = from(3 * DAY_MS);
    expect(data(await update(ann, id, { expiresAt })).updateTask.task).toEqual({ startAt, expiresAt });
    expect((await update(ann, id, { startAt: from(4 * DAY_MS) })).errors?.[0]).toMatchObject({
      extensions: { code: 'VALIDATION_ERROR', field: 'input.startAt' },
    });
    data(await update(ann, id, { title: 'unchanged' }));
    expect(await read(ann, id)).toMatchObject({ status: 'QUEUED', startAt, expiresAt });
    data(await update(ann, id, { startAt: null }));
    expect(await ended(ann, id)).toMatchObject({ status: 'COMPLETED', startAt: null });
    expect((await update(ann, id, { startAt })).errors?.[0]?.extensions.code).toBe('INVALID_STATE');
  });

  test('then a task without startAt can get one until a worker takes it', async () => {
    const id = await createTask(bob, {});
    data(await update(bob, id, { startAt: from(DAY_MS) }));
    expect(await claim(id)).toBeNull();
    data(await update(bob, id, { startAt: from(-1) }));
    expect(await claim(id)).not.toBeNull();
    expect((await update(bob, id, { expiresAt: from(DAY_MS) })).errors?.[0]?.extensions.code).toBe(
      'INVALID_STATE',
    );
  });

  test('then a change that is refused, because it started before its worker was lost, changes nothing', async () => {
    const id = await createTask(bob, {});
    expect(await claim(id)).not.toBeNull();
    await sql(`update run set status = 'queued', worker_id = null, epoch = epoch + 1 where id = $1`, [
      runIdOf(id),
    ]);
    const [before] = await sql('select * from run where id = $1', [runIdOf(id)]);
    const refused = await update(bob, id, { priority: 9, startAt: from(DAY_MS) });
    expect(refused.errors?.[0]).toMatchObject({
      message: 'input.id: the task is queued: it has already started',
      extensions: { code: 'INVALID_STATE' },
    });
    expect(await sql('select * from run where id = $1', [runIdOf(id)])).toEqual([before]);
  });

  test('then a task that is also held waits for both executeTask and startAt', async () => {
    const soon = await createTask(ann, { hold: true, startAt: from(300) });
    const later = await createTask(ann, { hold: true, startAt: from(DAY_MS) });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await read(ann, soon)).toMatchObject({ status: 'PENDING' });
    data(await act(ann, 'executeTask', soon));
    data(await act(ann, 'executeTask', later));
    expect(await ended(ann, soon)).toMatchObject({ status: 'COMPLETED' });
    expect(await read(ann, later)).toMatchObject({ status: 'QUEUED', startedAt: null });
    data(await update(ann, later, { startAt: null }));
    expect(await ended(ann, later)).toMatchObject({ status: 'COMPLETED' });
  });

  test('then a retry before startAt waits until startAt', async () => {
    const needed = await createTask(bob, { hold: true });
    const id = await createTask(bob, { dependsOn: [needed], startAt: from(DAY_MS) });
    data(await bob.query(`mutation { endTask(input: { id: "${needed}", status: FAILED }) { task { id } } }`));
    expect(await read(bob, id)).toMatchObject({ error: { code: 'DEPENDENCY_FAILED' } });
    const model = await sql('update task set result = null where id = $1 returning id', [runIdOf(needed)]);
    expect(model).toHaveLength(1);
    await sql(`update run set status = 'completed' where id = $1`, [runIdOf(needed)]);
    data(await act(bob, 'retryRun', id));
    expect(
      await sql('select status, blockers, deferred_until is not null as deferred from run where id = $1', [
        runIdOf(id),
      ]),
    ).toEqual([{ status: 'queued', blockers: 1, deferred: true }]);
  });
});

describe('given a run that may expire', () => {
  test('then it does not expire once it has started, even if its worker is lost', async () => {
    const id = await createTask(bob, { expiresAt: from(60_000) });
    expect(await claim(id)).not.toBeNull();
    await sql(`update run set expires_at = now() - interval '1 minute' where id = $1`, [runIdOf(id)]);
    await expire();
    expect(await read(bob, id)).toMatchObject({ status: 'RUNNING' });
    await sql(`update run set status = 'queued', worker_id = null, epoch = epoch + 1 where id = $1`, [
      runIdOf(id),
    ]);
    await expire();
    expect(await read(bob, id)).toMatchObject({ status: 'QUEUED', error: null });
    expect(await claim(id)).not.toBeNull();
  });

  test('then its dependents fail, and the next turn of its thread begins', async () => {
    const thread = data(await bob.query('mutation { createThread(input: {}) { thread { id } } }'));
    const threadId = thread.createThread.thread.id;
    const late = await createTask(bob, { threadId, expiresAt: from(DAY_MS) });
    const next = await createTask(bob, { threadId });
    const dependent = await createTask(bob, { dependsOn: [late] });
    expect(await claim(next)).toBeNull();
    await sql(`update run set expires_at = now() where id = $1`, [runIdOf(late)]);
    await expire();
    expect(await read(bob, dependent)).toMatchObject({ error: { code: 'DEPENDENCY_FAILED' } });
    expect(await claim(next)).not.toBeNull();
  });

  test('then either a worker takes it or it expires, never both', async () => {
    for (let round = 0; round < 20; round++) {
      const id = await createTask(bob, { expiresAt: from(DAY_MS) });
      await sql('update run set expires_at = clock_timestamp() + $2::interval where id = $1', [
        runIdOf(id),
        `${round} milliseconds`,
      ]);
      const claims = Array.from({ length: 4 }, () => claim(id));
      const ends = Array.from({ length: 4 }, () => expire());
      const [taken] = await Promise.all([Promise.all(claims), Promise.all(ends)]);
      await expire();
      const wasTaken = taken.some((run) => run !== null);
      const { status, events } = await read(bob, id);
      if (wasTaken) expect(status).toBe('RUNNING');
      expect(
        events.nodes.filter((event: { __typename: string }) => event.__typename === 'RunFailed'),
      ).toHaveLength(status === 'FAILED' ? 1 : 0);
    }
  });
});

test('given runs whose startAt or expiresAt passed while there was no worker, then the next worker starts or expires them', async () => {
  const startAt = from(50);
  const starting = await createTask(bob, { startAt });
  const expired = await createTask(bob, { expiresAt: from(50) });
  await new Promise((resolve) => setTimeout(resolve, 60));
  const urls = { url: still.databaseUrl, directUrl: still.databaseUrl };
  const worker = await startWorker(still.config, createLog('silent'), still.store, urls, still.metrics);
  try {
    expect(await ended(bob, starting)).toMatchObject({ status: 'COMPLETED' });
    expect(await ended(bob, expired)).toMatchObject({ status: 'FAILED', error: { code: 'EXPIRED' } });
  } finally {
    await worker.stop();
  }
});
