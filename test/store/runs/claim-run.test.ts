import { expect, test } from 'vitest';
import { newId } from '../../../src/rules/ids/ids.ts';
import { readEvents } from '../../../src/store/log/event-log.ts';
import { openLease } from '../../../src/store/log/lease.ts';
import { beginModelCall } from '../../../src/store/money/begin-model-call.ts';
import { setSessionLimit } from '../../../src/store/money/budgets.ts';
import { type ClaimedRun, claimRun } from '../../../src/store/runs/claims/claim-run.ts';
import type { StartedTask } from '../../../src/store/runs/claims/load-claimed-task.ts';
import { registerWorker } from '../../../src/store/workers/workers.ts';
import type { ProviderId } from '../../../src/vocabulary.ts';
import { fixture } from '../../harness/fixture.ts';
import { runIdOf } from '../../harness/lease.ts';
import { startTestServer } from '../../harness/server.ts';
import { createSession } from '../../sessions/feed-reader.ts';

const server = fixture(() => startTestServer({ worker: false, variables: { OPENAI_API_KEY: 'sk-unused' } }));
const ann = fixture(() => server.newUser());

async function claim(
  taskId: string,
  providers: ProviderId[] = ['demo', 'openai'],
): Promise<ClaimedRun & { task: StartedTask }> {
  const workerId = newId();
  await registerWorker(server.store.database, workerId);
  const claimed = await claimRun(server.store, runIdOf(taskId), { workerId, providers }, false);
  return claimed as ClaimedRun & { task: StartedTask };
}

async function eventsOf(taskId: string) {
  const { events } = await readEvents(server.store.database, runIdOf(taskId), 0);
  return [...events].map(({ seq, type, data }) => [seq, type, (data as { callId?: string }).callId]);
}

async function callsOf(taskId: string) {
  const { rows } = await server.store.database.pool.query(
    'select id, status, attempt, provider, model, cost::float8 from model_call where run_id = $1',
    [runIdOf(taskId)],
  );
  return rows;
}

/** Resolves when a statement waits for the locks of another. */
async function somebodyWaits(): Promise<void> {
  const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
  while ((await server.store.database.pool.query(waiting)).rows.length === 0);
}

test('given nothing but the prompt, then its first call begins with the claim', async () => {
  const taskId = await ann.createTask({ prompt: 'x', model: 'demo' });
  const { task } = await claim(taskId);
  const id = task.firstCall?.id;
  expect(task.firstCall).toEqual({ id: expect.any(String), maxTokens: null, prices: null });
  expect(await eventsOf(taskId)).toEqual([
    [1, 'RunCreated', undefined],
    [2, 'RunStarted', undefined],
    [3, 'ModelCallStarted', id],
  ]);
  expect(await callsOf(taskId)).toEqual([
    { id, status: 'started', attempt: 1, provider: 'demo', model: 'demo', cost: 0 },
  ]);
});

test('given a model that costs something, then the cost of the call is unknown until it is settled', async () => {
  const taskId = await ann.createTask({ prompt: 'x', model: 'openai/gpt-4o' });
  await claim(taskId);
  expect(await callsOf(taskId)).toMatchObject([{ provider: 'openai', model: 'gpt-4o', cost: null }]);
});

test.each([
  ['a limit on the task', { costLimit: 1 }, undefined],
  ['a provider that the worker does not have', {}, []],
] satisfies [string, object, ProviderId[] | undefined][])(
  'given %s, then the claim begins no call',
  async (_what, more, providers) => {
    const taskId = await ann.createTask({ prompt: 'x', model: 'demo', ...more });
    const { task } = await claim(taskId, providers);
    expect(task.firstCall).toBeNull();
    expect(await callsOf(taskId)).toEqual([]);
    expect(await eventsOf(taskId)).toHaveLength(2);
  },
);

test('given a run that was lost before, then the claim begins no call, and voids the one that was', async () => {
  const taskId = await ann.createTask({ prompt: 'x', model: 'demo' });
  const { task } = await claim(taskId);
  await server.store.database.pool.query(
    `update run set status = 'queued', worker_id = null, losses = 1 where id = $1`,
    [runIdOf(taskId)],
  );
  const again = await claim(taskId);
  expect(again.task.firstCall).toBeNull();
  const { events } = await readEvents(server.store.database, runIdOf(taskId), 3);
  expect([...events]).toMatchObject([
    { seq: 4, type: 'AttemptStarted', attempt: 2, data: { voidCallId: task.firstCall?.id } },
  ]);
  const call = { id: newId(), provider: 'demo', model: 'demo' } as const;
  const begun = await beginModelCall(server.store, openLease(again), call, () => Promise.reject(new Error()));
  expect(begun.id).toBe(call.id);
});

test('given a claim whose answer was lost, then the call that began with it is closed by the next', async () => {
  const taskId = await ann.createTask({ prompt: 'x', model: 'openai/gpt-4o' });
  const workerId = newId();
  await registerWorker(server.store.database, workerId);
  const claimer = { workerId, providers: ['openai'] } as const;
  await claimRun(server.store, runIdOf(taskId), claimer, false);
  const again = (await claimRun(server.store, runIdOf(taskId), claimer, true)) as {
    task: StartedTask;
  } | null;
  expect(again?.task.firstCall).toBeNull();
  expect(await callsOf(taskId)).toMatchObject([{ status: 'failed', cost: null }]);
});

test('given a limit that is being set on the session, then the claim waits for it, and begins no call', async () => {
  const sessionId = await createSession(ann);
  const taskId = await ann.createTask({ prompt: 'x', model: 'demo', sessionId });
  const { pool } = server.store.database;
  const client = await pool.connect();
  await client.query('begin');
  await setSessionLimit(client, Buffer.from(sessionId, 'base64url').toString().slice('Session:'.length), '5');
  const claimed = claim(taskId);
  await somebodyWaits();
  await client.query('commit');
  client.release();
  expect((await claimed).task.firstCall).toBeNull();
  expect(await callsOf(taskId)).toEqual([]);
});

test('given a model that is being changed, then the claim waits for it, and the call is one of the new model', async () => {
  const taskId = await ann.createTask({ prompt: 'x', model: 'openai/gpt-4o' });
  const client = await server.store.database.pool.connect();
  await client.query('begin');
  await client.query('select from run where id = $1 for update', [runIdOf(taskId)]);
  const claimed = claim(taskId);
  await somebodyWaits();
  await client.query('update run set updated_at = clock_timestamp() where id = $1', [runIdOf(taskId)]);
  await client.query(`update task set provider = 'demo', model = 'demo' where id = $1`, [runIdOf(taskId)]);
  await client.query('commit');
  client.release();
  const { task } = await claimed;
  expect(task).toMatchObject({ provider: 'demo', model: 'demo', firstCall: { id: expect.any(String) } });
  expect(await callsOf(taskId)).toMatchObject([{ provider: 'demo', model: 'demo', cost: 0 }]);
});
