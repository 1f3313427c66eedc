import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { registerWorker } from '../../src/store/workers/workers.ts';
import { type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { addRun, localIdOf, userIdOf } from './rows.ts';

const STATUS = `{ systemStatus { condition isOfAll averageTaskDurationMs activeAgents busyAgents liveWorkers
  tasks { total pending queued running waiting completed failed cancelled }
  queue { readyRuns blockedRuns oldestReadySeconds }
  workers { name startedAt beatAgeSeconds isSilent runningRuns } } }`;
const METRICS = `{ systemMetrics { version uptimeSeconds residentBytes heapUsedBytes cpuSeconds
  traffic { requests operations subscriptions sockets } } }`;

const statusOf = async (client: Client) => data(await client.query(STATUS)).systemStatus;
const pool = () => server.store.database.pool;

const server = fixture(() => startTestServer({ worker: false }));
// The first account is the admin's.
const admin = fixture(() => server.newUser());
const ann = fixture(() => server.newUser());
const bob = fixture(() => server.newUser());
beforeAll(async () => {
  const agent = data(await ann.query('mutation { createAgent(input: { name: "a" }) { agent { id } } }'));
  const agentId = localIdOf(agent.createAgent.agent.id);
  await bob.query('mutation { createAgent(input: { name: "b" }) { agent { id } } }');
  const [owner, bobs] = [await userIdOf(ann), await userIdOf(bob)];
  await addRun(server.store, { owner, seconds: 10 });
  await addRun(server.store, { owner, seconds: 20, status: 'failed' });
  await addRun(server.store, { owner, seconds: 1000, status: 'cancelled' });
  await addRun(server.store, { owner: bobs, seconds: 60 });
  const running = await addRun(server.store, { owner, status: 'running', agent: agentId });
  const parent = await addRun(server.store, { owner, status: 'waiting', kind: 'execution' });
  await addRun(server.store, { owner, parent, seconds: 500 });
  await registerWorker(server.store.database, 'one');
  await pool().query(`update run set worker_id = 'one' where id = $1`, [running]);
  for (const client of [ann, ann, bob]) await client.createTask({ prompt: 'x', model: 'demo' });
  const [first] = data(await ann.query('{ tasks(first: 1) { nodes { id } } }')).tasks.nodes;
  await ann.createTask({ prompt: 'x', model: 'demo', dependsOn: [first.id] });
});
beforeEach(async () => {
  await pool().query('update worker set beat_at = clock_timestamp()');
  await pool().query('update run set ready_at = clock_timestamp()');
});

describe('what a user sees of the system', () => {
  test('is his own, and whether it works', async () => {
    expect(await statusOf(ann)).toEqual({
      condition: 'ACTIVE',
      isOfAll: false,
      averageTaskDurationMs: 15_000,
      activeAgents: expect.any(Number),
      busyAgents: 1,
      liveWorkers: 1,
      tasks: {
        total: 7,
        pending: 0,
        queued: 3,
        running: 1,
        waiting: 0,
        completed: 1,
        failed: 1,
        cancelled: 1,
      },
      queue: { readyRuns: 2, blockedRuns: 1, oldestReadySeconds: expect.any(Number) },
      workers: null,
    });
  });

  test('is nothing of others', async () => {
    const [anns, bobs] = [await statusOf(ann), await statusOf(bob)];
    expect(bobs).toMatchObject({
      averageTaskDurationMs: 60_000,
      busyAgents: 0,
      activeAgents: anns.activeAgents,
      tasks: { total: 2, queued: 1, completed: 1 },
      queue: { readyRuns: 1, blockedRuns: 0 },
    });
    expect(errorCode(await server.anonymous.query(STATUS))).toBe('UNAUTHENTICATED');
  });
});

describe('what an admin sees of it', () => {
  test('is everything', async () => {
    const status = await statusOf(admin);
    expect(status).toMatchObject({
      condition: 'ACTIVE',
      isOfAll: true,
      averageTaskDurationMs: 30_000,
      busyAgents: 1,
      tasks: { total: 9, queued: 4, completed: 2 },
      queue: { readyRuns: 3, blockedRuns: 1 },
      workers: [{ name: 'one', isSilent: false, runningRuns: 1 }],
    });
    expect(status.activeAgents).toBe((await statusOf(ann)).activeAgents + 1);
  });
});

describe('the condition', () => {
  const conditionFor = async () => {
    const status = (await statusOf(ann)).condition;
    // It may answer as it did within the last second.
    await expect
      .poll(async () => (await fetch(`${server.url}/health`)).json())
      .toMatchObject({ status: 'healthy', condition: status.toLowerCase() });
    return status;
  };

  test('is degraded when a run has been ready for long, however often its priority changed', async () => {
    await pool().query(`update run set ready_at = clock_timestamp() - interval '40 seconds'`);
    const id = await bob.createTask({ prompt: 'x', model: 'demo', hold: true });
    await bob.query(`mutation { deleteTask(input: { id: "${id}" }) { deletedId } }`);
    const [task] = data(
      await ann.query('{ tasks(filter: { statuses: [QUEUED] }, last: 1) { nodes { id } } }'),
    ).tasks.nodes;
    await ann.query(
      `mutation { updateTaskPriority(input: { id: "${task.id}", priority: 9 }) { task { id } } }`,
    );
    expect(await conditionFor()).toBe('DEGRADED');
    expect((await statusOf(ann)).queue.oldestReadySeconds).toBeGreaterThan(39);
  });

  test('is degraded when a worker is silent, and stopped when all are', async () => {
    await registerWorker(server.store.database, 'two');
    await pool().query(
      `update worker set beat_at = clock_timestamp() - interval '9 seconds' where id = 'two'`,
    );
    expect(await conditionFor()).toBe('DEGRADED');
    const { workers } = await statusOf(admin);
    expect(workers.map(({ isSilent }: { isSilent: boolean }) => isSilent)).toEqual([false, true]);
    await pool().query(`delete from worker where id = 'one'`);
    expect(await conditionFor()).toBe('STOPPED');
  });
});

describe('system metrics', () => {
  test('are of the process; what comes in is for admins', async () => {
    const { traffic, ...process } = data(await ann.query(METRICS)).systemMetrics;
    expect(traffic).toBeNull();
    expect(process.version).toMatch(/^\d+\.\d+\.\d+$/);
    for (const value of Object.values(process).filter((value) => typeof value === 'number'))
      expect(value).toBeGreaterThan(0);
    const before = data(await admin.query(METRICS)).systemMetrics.traffic;
    const after = data(await admin.query(METRICS)).systemMetrics.traffic;
    expect(after.requests - before.requests).toBe(1);
    expect(after.operations - before.operations).toBe(1);
    expect(after).toMatchObject({ subscriptions: 0, sockets: 0 });
    expect(errorCode(await server.anonymous.query(METRICS))).toBe('UNAUTHENTICATED');
  });
});
