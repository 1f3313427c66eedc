import { beforeEach, describe, expect, test } from 'vitest';
import { transaction } from '../../src/store/database/transaction.ts';
import { cancelWithin } from '../../src/store/runs/cancel-run.ts';
import { type Client, data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { runIdOf } from '../harness/lease.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { follow as followOrchestration, start } from '../orchestrations/orchestra.ts';
import { ended, request } from '../runs/bulk.ts';
import { createSession } from '../sessions/feed-reader.ts';
import { carryOut, createWorkflow, execute, follow, tasksOf, waitForEvent } from '../workflows/workflows.ts';
import { cancelTask, create, deliveries, endTask, update } from './integrations.ts';

let ann: Client;
let hook: string;

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
beforeEach(async () => {
  ann = await server.newUser();
  // Nobody is there: what is due stays in the log, whatever becomes of it.
  hook = (await create(ann, { platform: 'WEBHOOK', url: 'https://127.0.0.1:9/' })).id;
});

/** What the integration is told, in any order. */
async function told(): Promise<unknown[]> {
  return (await deliveries(ann, hook)).map(({ runId, runKind, runStatus, body }) => ({
    id: runId,
    kind: runKind,
    status: runStatus,
    error: body.data.error?.code ?? null,
  }));
}

const slow = 'gpt-4o@tokens=400,itl=50';
const failing = 'gpt-4o@fault=401';
const ask = (document: string, id: string) => ann.query(`mutation ($id: ID!) { ${document} }`, { id });

describe('each end of a run is told once', () => {
  test('of a task that completed, with what it cost and the session that it is in', async () => {
    const sessionId = await createSession(ann, { name: 's' });
    const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5', sessionId });
    await ann.events(id);
    expect(await told()).toEqual([{ id, kind: 'TASK', status: 'COMPLETED', error: null }]);
    const [{ body }] = await deliveries(ann, hook);
    const { cost } = await ann.task(id);
    expect(cost).toBeGreaterThan(0);
    expect(body.data).toMatchObject({ cost, costComplete: true, sessionId });
  });

  test('of a task that failed, and again of its retry', async () => {
    const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=2,fault=401,times=1,key=told' });
    await ann.events(id);
    const failed = { id, kind: 'TASK', status: 'FAILED', error: 'PROVIDER_AUTH' };
    expect(await told()).toEqual([failed]);
    data(await ask('retryTask(input: { id: $id }) { task { id } }', id));
    await ann.events(id);
    expect(await told()).toEqual([{ id, kind: 'TASK', status: 'COMPLETED', error: null }, failed]);
  });

  test('of a task that was cancelled at work, and twice', async () => {
    const id = await ann.createTask({ prompt: 'x', model: slow });
    const tokens = ann.subscribe(`subscription { tokens(taskId: "${id}") }`);
    await tokens.next();
    await cancelTask(ann, id);
    await cancelTask(ann, id);
    await tokens.return(undefined);
    expect(await told()).toEqual([{ id, kind: 'TASK', status: 'CANCELLED', error: null }]);
  });

  test('of a task that is ended by hand', async () => {
    const id = await ann.createTask({ prompt: 'x', model: 'demo', hold: true });
    data(await ask('endTask(input: { id: $id, status: FAILED, error: "no use" }) { task { id } }', id));
    expect(await told()).toEqual([{ id, kind: 'TASK', status: 'FAILED', error: 'ENDED_BY_HAND' }]);
  });

  test('of a task that has not started in time', async () => {
    const id = await ann.createTask({ prompt: 'x', model: 'demo', hold: true, expiresAt: new Date() });
    await ann.events(id);
    expect(await told()).toEqual([{ id, kind: 'TASK', status: 'FAILED', error: 'EXPIRED' }]);
  });

  test('of a bulk operation, and of the runs that it cancels', async () => {
    const task = await ann.createTask({ prompt: 'x', model: 'demo', hold: true });
    const { id } = await ended(ann, request(ann, 'cancelRuns', { all: true }));
    expect(await told()).toEqual([
      { id, kind: 'BULK', status: 'COMPLETED', error: null },
      { id: task, kind: 'TASK', status: 'CANCELLED', error: null },
    ]);
  });

  test('of tasks that fail with the one that they wait for', async () => {
    const first = await ann.createTask({ prompt: 'x', model: 'demo', hold: true });
    const second = await ann.createTask({ prompt: 'x', model: 'demo', dependsOn: [first] });
    const third = await ann.createTask({ prompt: 'x', model: 'demo', dependsOn: [second] });
    await cancelTask(ann, first);
    const error = 'DEPENDENCY_FAILED';
    expect(await told()).toHaveLength(3);
    expect(await told()).toEqual(
      expect.arrayContaining([
        { id: first, kind: 'TASK', status: 'CANCELLED', error: null },
        { id: second, kind: 'TASK', status: 'FAILED', error },
        { id: third, kind: 'TASK', status: 'FAILED', error },
      ]),
    );
  });

  test('of an orchestration', async () => {
    const id = await start(ann, { preferredModels: ['gpt-4o@echo=1'], maxIterations: 1 });
    await followOrchestration(ann, id);
    expect(await told()).toEqual([{ id, kind: 'ORCHESTRATION', status: 'COMPLETED', error: null }]);
  });

  test('of an execution, but not of its tasks, whose cost it has', async () => {
    const model = 'gpt-4o@tokens=3';
    const { id, cost } = await carryOut(ann, [
      { key: 'a', model, task: 'x' },
      { key: 'b', model, task: 'y' },
    ]);
    expect(await told()).toEqual([{ id, kind: 'EXECUTION', status: 'COMPLETED', error: null }]);
    const [{ body }] = await deliveries(ann, hook);
    expect(cost).toBeGreaterThan(0);
    expect(body.data.cost).toBeCloseTo(cost, 12);
  });

  test('of an execution whose step fails', async () => {
    const { id } = await carryOut(ann, [{ key: 'a', model: failing, task: 'x' }]);
    expect(await told()).toEqual([{ id, kind: 'EXECUTION', status: 'FAILED', error: 'STEP_FAILED' }]);
  });

  test('of an execution that takes too long', async () => {
    const { id } = await carryOut(ann, [{ key: 'a', model: slow, task: 'x' }], { timeoutSeconds: 1 });
    const error = 'TIME_LIMIT_REACHED';
    expect(await told()).toEqual([{ id, kind: 'EXECUTION', status: 'FAILED', error }]);
  });

  test('of an execution that is cancelled, with its time', async () => {
    const id = await execute(ann, await createWorkflow(ann, [{ key: 'a', model: slow, task: 'x' }]));
    await waitForEvent(ann, id, ({ __typename: type }) => type === 'StepTaskCreated');
    data(await ask('cancelExecution(input: { id: $id, reason: "enough" }) { execution { id } }', id));
    await follow(ann, id);
    expect(await told()).toEqual([{ id, kind: 'EXECUTION', status: 'CANCELLED', error: null }]);
    expect((await tasksOf(ann, id)).map(({ status }) => status)).toEqual(['CANCELLED']);
    const { endedAt } = data(
      await ann.query(`query ($id: ID!) { execution(id: $id) { endedAt } }`, { id }),
    ).execution;
    const [{ body }] = await deliveries(ann, hook);
    expect(body.data).toMatchObject({ cancelReason: 'enough', endedAt: endedAt });
  });

  test('of all that a session held that is deleted', async () => {
    const sessionId = await createSession(ann, { name: 's' });
    const ids: string[] = [];
    for (let tasks = 0; tasks < 3; tasks++) {
      ids.push(await ann.createTask({ prompt: 'x', model: 'demo', hold: true, sessionId }));
    }
    data(await ask('deleteSession(input: { id: $id }) { deletedId }', sessionId));
    const ends = (await told()) as { id: string; status: string }[];
    expect(ends.map(({ id, status }) => `${id} ${status}`).toSorted()).toEqual(
      ids.map((id) => `${id} CANCELLED`).toSorted(),
    );
  });
});

describe('nobody is told', () => {
  test('by an integration that is deleted while a run ends, which ends', async () => {
    const task = await ann.createTask({ prompt: 'x', model: 'demo', hold: true });
    const { pool } = server.store.database;
    const client = await pool.connect();
    await client.query('begin');
    await client.query('delete from integration');
    const cancelled = cancelTask(ann, task);
    const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
    while ((await pool.query(waiting)).rows.length === 0);
    await client.query('commit');
    client.release();
    await cancelled;
    expect((await ann.task(task)).status).toBe('CANCELLED');
  });

  test('of an end that is rolled back', async () => {
    const id = await ann.createTask({ prompt: 'x', model: 'demo', hold: true });
    const { rows } = await server.store.database.pool.query('select owner_id from run where id = $1', [
      runIdOf(id),
    ]);
    const target = { runId: runIdOf(id), kind: 'task', ownerId: rows[0].owner_id, reason: null } as const;
    const undone = transaction(server.store.database, async (client) => {
      expect(await cancelWithin(client, target)).toHaveLength(1);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await told()).toEqual([]);
    await cancelTask(ann, id);
    expect(await told()).toHaveLength(1);
  });

  test("of others' runs, of ends that are not asked for, or while it is out of use", async () => {
    await endTask(await server.newUser());
    await update(ann, { id: hook, notifyOn: ['COMPLETED', 'FAILED'] });
    await endTask(ann);
    await update(ann, { id: hook, notifyOn: ['CANCELLED'], isActive: false });
    await endTask(ann);
    expect(await told()).toEqual([]);
    await update(ann, { id: hook, isActive: true });
    const id = await endTask(ann);
    expect(await told()).toEqual([{ id, kind: 'TASK', status: 'CANCELLED', error: null }]);
  });
});
