import { expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { newId } from '../../src/rules/ids/ids.ts';
import { claimRun } from '../../src/store/runs/claims/claim-run.ts';
import { registerWorker, releaseWorker } from '../../src/store/workers/workers.ts';
import { startWorker } from '../../src/worker.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());

/** As the reaper does with a worker that is gone. */
async function loseWorker(runId: string): Promise<void> {
  const { database } = server.store;
  const workerId = newId();
  await registerWorker(database, workerId);
  expect(await claimRun(server.store, runId, { workerId, providers: [] }, false)).not.toBeNull();
  expect(await releaseWorker(database, workerId)).toEqual([runId]);
}

test.each([
  { losses: 9, status: 'COMPLETED', error: null },
  { losses: 10, status: 'FAILED', error: { code: 'WORKER_LOST' } },
])('a task whose worker was lost $losses times: $status', async ({ losses, status, error }) => {
  const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=2,itl=0' });
  const runId = Buffer.from(id, 'base64url').toString().slice('Task:'.length);
  for (let loss = 0; loss < losses; loss++) await loseWorker(runId);
  const worker = await startWorker(
    server.config,
    createLog('silent'),
    server.store,
    { url: server.databaseUrl, directUrl: server.databaseUrl },
    server.metrics,
  );
  try {
    await ann.events(id);
    expect(await ann.task(id)).toMatchObject({ status, error });
    if (error === null) return;
    const retried = await ann.query(
      `mutation ($id: ID!) { retryTask(input: { id: $id }) { task { status } } }`,
      {
        id,
      },
    );
    expect(data(retried).retryTask.task.status).toBe('QUEUED');
    await ann.events(id);
    expect(await ann.task(id)).toMatchObject({ status: 'COMPLETED', error: null });
  } finally {
    await worker.stop();
  }
});
