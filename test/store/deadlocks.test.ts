import { expect, test } from 'vitest';
import { newId } from '../../src/rules/ids/ids.ts';
import { UNKNOWN_USAGE } from '../../src/rules/money/money.ts';
import { deleteAccount } from '../../src/store/accounts/delete-account.ts';
import { openLease } from '../../src/store/log/lease.ts';
import { beginModelCall } from '../../src/store/money/begin-model-call.ts';
import { settleModelCall } from '../../src/store/money/settle-model-call.ts';
import { cancelRun } from '../../src/store/runs/cancel-run.ts';
import { claimRun } from '../../src/store/runs/claims/claim-run.ts';
import { deleteRun } from '../../src/store/runs/deletion/delete-runs.ts';
import { deleteSession } from '../../src/store/sessions/update-session.ts';
import { registerWorker } from '../../src/store/workers/workers.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { createSession } from '../sessions/feed-reader.ts';

const server = fixture(() => startTestServer({ worker: false }));

async function countDeadlocks(): Promise<number> {
  const { rows } = await server.store.database.pool.query(
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  );
  return rows[0].deadlocks;
}

test('a call that is settled while its run is cancelled waits for it, or it for the call', async () => {
  const { store } = server;
  const ann = await server.newUser();
  const { id: globalId } = (await ann.query('{ viewer { id } }')).data.viewer;
  const ownerId = Buffer.from(globalId, 'base64url').toString().slice('User:'.length);
  const worker = newId();
  await registerWorker(store.database, worker);
  for (let round = 0; round < 40; round += 1) {
    const task = await ann.createTask({ prompt: 'x', model: 'demo' });
    const runId = Buffer.from(task, 'base64url').toString().slice('Task:'.length);
    const lease = openLease((await claimRun(store, runId, { workerId: worker, providers: [] }, false))!);
    const call = { id: newId(), provider: 'demo' as const, model: 'demo', cost: null };
    await beginModelCall(store, lease, call, () => Promise.reject(new Error('there is no limit')));
    const settlement = {
      callId: call.id,
      status: 'completed' as const,
      usage: UNKNOWN_USAGE,
      prices: null,
      cost: '1.000000000000',
      finishReason: 'stop' as const,
      rawFinishReason: null,
      error: null,
      timeToFirstTokenMs: 1,
      latencyMs: 1,
    };
    await Promise.all([
      cancelRun(store, { runId, ownerId, kind: 'task', reason: null }),
      settleModelCall(store, lease, settlement),
    ]);
    const { rows } = await store.database.pool.query('select cost::float8 from model_call where id = $1', [
      call.id,
    ]);
    expect(rows).toEqual([{ cost: 1 }]);
  }
  expect(await countDeadlocks()).toBe(0);
});

test('tasks that wait for others in their session are made while its limit changes, and while it is deleted', async () => {
  const ann = await server.newUser();
  const change = 'mutation ($input: UpdateSessionInput!) { updateSession(input: $input) { session { id } } }';
  const remove = 'mutation ($id: ID!) { deleteSession(input: { id: $id }) { deletedId } }';
  const make = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }';
  for (let round = 0; round < 10; round += 1) {
    const id = await createSession(ann);
    const first = { prompt: 'x', model: 'demo', hold: true, sessionId: id };
    const before = await Promise.all([1, 2, 3].map(() => ann.createTask(first)));
    const dependent = () => ann.query(make, { input: { ...first, dependsOn: before } });
    const limit = async (costLimit: number | null) =>
      data(await ann.query(change, { input: { id, costLimit } }));
    await Promise.all([dependent(), limit(1), dependent(), limit(null), dependent(), limit(2)]);
    const answers = await Promise.all([dependent(), ann.query(remove, { id }), dependent()]);
    const codes = answers.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions.code));
    expect(codes.filter((code) => code !== 'NOT_FOUND' && code !== 'INVALID_STATE')).toEqual([]);
  }
  expect(await countDeadlocks()).toBe(0);
});

test('turns of threads join, and interrupt others, while their runs, sessions and accounts are deleted', async () => {
  const { store } = server;
  const before = await countDeadlocks();
  const make = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }';
  const thread = 'mutation ($input: CreateThreadInput!) { createThread(input: $input) { thread { id } } }';
  const plain = (globalId: string) => Buffer.from(globalId, 'base64url').toString().split(':')[1]!;
  for (let round = 0; round < 8; round += 1) {
    const ann = await server.newUser();
    const ownerId = plain(data(await ann.query('{ viewer { id } }')).viewer.id);
    const sessionId = await createSession(ann);
    const input = { onBusy: round % 2 ? 'QUEUE' : 'INTERRUPT', sessionId };
    const threadId = data(await ann.query(thread, { input })).createThread.thread.id;
    const turn = { prompt: 'x', model: 'demo', threadId, sessionId };
    const ids = await Promise.all([1, 2, 3].map(() => ann.createTask(turn)));
    const join = () => ann.query(make, { input: turn });
    const target = (id: string) => ({ runId: plain(id), ownerId });
    const deletions = ids.map((id) => deleteRun(store, { ...target(id), kind: 'task' }));
    const answers = await Promise.all([join(), join(), join(), join(), ...deletions]);
    expect(JSON.stringify(answers)).not.toContain('INTERNAL_ERROR');
    const last = await Promise.all([join(), deleteSession(store, { id: plain(sessionId), ownerId }), join()]);
    expect(JSON.stringify(last)).not.toContain('INTERNAL_ERROR');
    const other = data(await ann.query(thread, { input: { onBusy: 'INTERRUPT' } })).createThread.thread.id;
    const next = { prompt: 'x', model: 'demo', threadId: other };
    await ann.createTask(next);
    await store.database.pool.query('update app_user set deleted_at = now() where id = $1', [ownerId]);
    await Promise.all([
      ann.query(make, { input: next }),
      // The job is repeated when something was created meanwhile.
      deleteAccount(store, ownerId, AbortSignal.timeout(20_000)).catch(() => {}),
      ann.query(make, { input: next }),
    ]);
  }
  expect((await countDeadlocks()) - before).toBe(0);
}, 240_000);
