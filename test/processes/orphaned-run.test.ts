import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { startWorker } from '../../src/worker.ts';
import type { Client } from '../harness/client.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';

let server: TestServer;
let ann: Client;
let operator: pg.Client;
let worker: { stop(): Promise<void> } | null;

beforeEach(async () => {
  server = await startTestServer({ worker: false });
  ann = await server.newUser();
  operator = new pg.Client({ connectionString: server.databaseUrl });
  await operator.connect();
  worker = null;
});
afterEach(async () => {
  await worker?.stop();
  await operator.end();
  await server.stop();
});

async function work(): Promise<void> {
  const urls = { url: server.databaseUrl, directUrl: server.databaseUrl };
  worker = await startWorker(server.config, createLog('error'), server.store, urls, server.metrics);
}

const lastOf = async (id: string) => (await ann.events(id)).at(-1);

test.each([
  ['gone', 'delete from graphile_worker._private_jobs'],
  ['used up', 'update graphile_worker._private_jobs set attempts = max_attempts'],
  [
    'locked by a worker that is gone',
    `update graphile_worker._private_jobs set locked_by = 'worker-lost', locked_at = now() - interval '1 minute'`,
  ],
])('a queued run whose job is %s is carried out all the same', async (_what, sql) => {
  const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=3,itl=1' });
  expect((await operator.query(sql)).rowCount).toBe(1);
  await work();
  expect(await lastOf(id)).toMatchObject({ __typename: 'RunCompleted', attempt: 1 });
});

test('a run that a living worker holds without working on it is carried out again', async () => {
  await work();
  const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=3,itl=1' });
  const before = await lastOf(id);
  await operator.query(
    `update run set status = 'running', worker_id = (select id from worker), epoch = epoch + 1`,
  );
  await operator.query('update task set completed_at = null');
  const events = await ann.events(id, before!.seq);
  expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', attempt: 2 });
});
