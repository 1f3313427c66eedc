import pg from 'pg';
import { expect, test } from 'vitest';
import { createLog } from '../../../src/log.ts';
import { newId } from '../../../src/rules/ids/ids.ts';
import { type Database, openDatabase } from '../../../src/store/database/database.ts';
import { readEvents } from '../../../src/store/log/event-log.ts';
import { createSureCommit } from '../../../src/store/log/generated-text/append-text-once.ts';
import { createTextWriter } from '../../../src/store/log/generated-text/batch-text.ts';
import { type Batch, commitBatches } from '../../../src/store/log/generated-text/commit-text.ts';
import { type Lease, openLease } from '../../../src/store/log/lease.ts';
import { claimRun } from '../../../src/store/runs/claims/claim-run.ts';
import { releaseRun } from '../../../src/store/runs/release-run.ts';
import { registerWorker, releaseWorker } from '../../../src/store/workers/workers.ts';
import { startDatabaseProxy } from '../../harness/database-proxy.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

const log = createLog('silent');

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());

async function newWorker(): Promise<string> {
  const id = newId();
  await registerWorker(server.store.database, id);
  return id;
}

async function newRun(): Promise<string> {
  const id = await ann.createTask({ prompt: 'x', model: 'demo' });
  return Buffer.from(id, 'base64url').toString().slice('Task:'.length);
}

async function take(runId: string, workerId: string): Promise<Lease> {
  const claimed = await claimRun(server.store, runId, { workerId, providers: [] }, false);
  return openLease(claimed!);
}

const text = (...texts: string[]): Batch[] =>
  texts.map((piece, index) => ({ type: 'TokensGenerated', callId: `call${index}`, texts: [piece] }));

async function textsOf(runId: string): Promise<string[]> {
  const { events } = await readEvents(server.store.database, runId, 0);
  return [...events].flatMap((event) => (event.type === 'TokensGenerated' ? [event.data.text] : []));
}

test('a run that is claimed again by the worker that held it: the old lease writes nothing', async () => {
  const [runId, neighbour, worker] = [await newRun(), await newRun(), await newWorker()];
  const old = await take(runId, worker);
  const other = await take(neighbour, worker);
  await releaseRun(server.store, old);
  const fresh = await take(runId, worker);
  const committed = await commitBatches(
    server.store.database,
    [
      { lease: old, batches: text('OLD 1', 'OLD 2') },
      { lease: fresh, batches: text('NEW') },
      { lease: other, batches: text('NEIGHBOUR') },
    ],
    () => 0,
  );
  expect([...committed.keys()]).toEqual([fresh, other]);
  expect(await textsOf(runId)).toEqual(['NEW']);
  expect(await textsOf(neighbour)).toEqual(['NEIGHBOUR']);
});

test('a worker that was given up takes no run', async () => {
  const [runId, worker] = [await newRun(), await newWorker()];
  await releaseWorker(server.store.database, worker);
  expect(await claimRun(server.store, runId, { workerId: worker, providers: [] }, false)).toBeNull();
  expect(
    await claimRun(server.store, runId, { workerId: await newWorker(), providers: [] }, false),
  ).toMatchObject({ attempt: 1 });
});

test('a claim is repeated only on what the same worker holds', async () => {
  const [runId, worker] = [await newRun(), await newWorker()];
  const first = await take(runId, worker);
  expect(
    await claimRun(server.store, runId, { workerId: await newWorker(), providers: [] }, true),
  ).toBeNull();
  expect(await claimRun(server.store, runId, { workerId: worker, providers: [] }, false)).toBeNull();
  expect(await claimRun(server.store, runId, { workerId: worker, providers: [] }, true)).toMatchObject({
    epoch: first.epoch + 1,
  });
});

test('the job of a run that is taken from its worker has an id of its own', async () => {
  const [runId, worker] = [await newRun(), await newWorker()];
  const { pool } = server.store.database;
  const jobOf = async () =>
    (await pool.query('select id, locked_by from graphile_worker.jobs where key = $1', [`run:${runId}`]))
      .rows;
  await pool.query('update worker set pool_ids = $2 where id = $1', [worker, ['pool-1']]);
  await pool.query(
    `update graphile_worker._private_jobs set locked_by = 'pool-1', locked_at = now() where key = $1`,
    [`run:${runId}`],
  );
  const [before] = await jobOf();
  await take(runId, worker);
  await releaseWorker(server.store.database, worker);
  const after = await jobOf();
  expect(after).toEqual([{ id: expect.not.stringMatching(`^${before.id}$`), locked_by: null }]);
});

/** A database whose connection breaks while a statement of it waits for the run's row. */
async function breakingWhileLocked(runId: string, write: (database: Database) => Promise<unknown>) {
  const proxy = await startDatabaseProxy(server.databaseUrl);
  const database = openDatabase({ url: proxy.url, poolMax: 1, log });
  const holder = new pg.Client({ connectionString: server.databaseUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from run where id = $1 for update', [runId]);
  const written = write(database);
  await waitForLockWait(holder);
  // Postgres does not notice while it waits for a lock, and will commit what nobody hears of.
  await proxy.cut();
  await proxy.open();
  await holder.query('commit');
  await holder.end();
  await written;
  await database.close();
  await proxy.cut();
}

async function waitForLockWait(client: pg.Client): Promise<void> {
  const waiting = 'select from pg_locks where not granted';
  while ((await client.query(waiting)).rowCount === 0) await new Promise(setImmediate);
}

test('a write whose connection broke while Postgres was still at it is in the log once', async () => {
  const [runId, worker] = [await newRun(), await newWorker()];
  const lease = await take(runId, worker);
  await breakingWhileLocked(runId, async (database) => {
    const commitSurely = createSureCommit(database, log);
    await commitSurely([{ lease, batches: text('ONCE') }]);
    await commitSurely([{ lease, batches: text('NEXT') }]);
  });
  expect(await textsOf(runId)).toEqual(['ONCE', 'NEXT']);
  expect(lease.signal.aborted).toBe(false);
});

test('what Postgres refuses of one run fails that run alone', async () => {
  const [bad, good, worker] = [await newRun(), await newRun(), await newWorker()];
  const leases = [await take(bad, worker), await take(good, worker)];
  const writer = createTextWriter(server.store.database, server.store.bus, log);
  writer.write(leases[0]!, 'TokensGenerated', 'call', 'a NUL: \0');
  writer.write(leases[1]!, 'TokensGenerated', 'call', 'well');
  await expect(writer.drain(leases[0]!)).rejects.toThrow('invalid byte sequence');
  await writer.drain(leases[1]!);
  expect(await textsOf(good)).toEqual(['well']);
});

test('token counts beyond 32 bits are summed', async () => {
  const runId = await newRun();
  for (const call of [newId(), newId()]) {
    await server.store.database.pool.query(
      `insert into model_call (id, run_id, attempt, provider, model, status, input_tokens, output_tokens)
       values ($1, $2, 1, 'demo', 'demo', 'completed', 2000000000, 1)`,
      [call, runId],
    );
  }
  const id = Buffer.from(`Task:${runId}`).toString('base64url');
  const answer = await ann.query('query ($id: ID!) { task(id: $id) { usage { inputTokens } } }', { id });
  expect(answer.data).toEqual({ task: { usage: { inputTokens: 4_000_000_000 } } });
});
