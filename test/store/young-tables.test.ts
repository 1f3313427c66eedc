import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { newId } from '../../src/rules/ids/ids.ts';
import { commitBatches } from '../../src/store/log/generated-text/commit-text.ts';
import { type Lease, openLease } from '../../src/store/log/lease.ts';
import { claimRun } from '../../src/store/runs/claims/claim-run.ts';
import { openStore } from '../../src/store/store.ts';
import { registerWorker } from '../../src/store/workers/workers.ts';
import { fixture } from '../harness/fixture.ts';
import { runIdOf } from '../harness/lease.ts';
import { startTestServer } from '../harness/server.ts';

const workerId = newId();

/** Of one connection: every statement finds the plan that it made before, and what it read is counted at once. */
let store: Awaited<ReturnType<typeof openStore>>;
/** Postgres keeps a plan for any values from a statement's sixth time on. */
const UNTIL_PLANS_ARE_KEPT = 7;
/** A statement that reads a table whole reads 1,500. */
const MOST_ROWS = 300;
const TABLES = ['run', 'task', 'model_call'];

const server = fixture(() => startTestServer({ worker: false, variables: { OPENAI_API_KEY: 'sk-unused' } }));
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  store = await openStore(server.databaseUrl, { ...server.config, poolMax: 1 }, createLog('silent'));
  await registerWorker(store.database, workerId);
  for (const table of TABLES) await sql(`alter table ${table} set (autovacuum_enabled = off)`);
});
afterAll(async () => {
  await store?.close();
});

const sql = (text: string, values: unknown[] = []) => store.database.pool.query(text, values);

async function rowsRead(): Promise<number> {
  await sql('select pg_stat_force_next_flush()');
  const { rows } = await sql(
    `select sum(seq_tup_read + idx_tup_fetch)::int as count from pg_stat_user_tables where relname = any($1)`,
    [TABLES],
  );
  return rows[0].count;
}

const create = async () => runIdOf(await ann.createTask({ prompt: 'x', model: 'openai/gpt-4o' }));

async function claim(runId: string): Promise<Lease> {
  const run = await claimRun(store, runId, { workerId, providers: ['openai'] }, false);
  return openLease(run!);
}

const flush = (lease: Lease) =>
  commitBatches(
    store.database,
    [{ lease, batches: [{ type: 'TokensGenerated', callId: 'c', texts: ['x'] }] }],
    () => 0,
  );

/** As a busy first minute leaves them: nothing has looked at them again. */
async function fill(): Promise<void> {
  await sql(`insert into run (id, kind, owner_id, origin, status)
    select 'r' || i, 'task', (select id from app_user limit 1), 'graphql', 'completed' from generate_series(1, 1500) as i`);
  await sql(`insert into task (id, kind, prompt) select id, 'prompt', 'x' from run where id like 'r%'`);
  await sql(`insert into model_call (id, run_id, attempt, provider, model, status)
    select 'c' || id, id, 1, 'openai', 'gpt-4o', 'completed' from run where id like 'r%'`);
}

test('given plans from when the tables were empty, then a claim and a flush read no more rows of full ones', async () => {
  for (let count = 0; count < UNTIL_PLANS_ARE_KEPT; count += 1) await flush(await claim(await create()));
  // Before the tables are full: what the API reads is counted whenever its connections report it.
  const runId = await create();
  await fill();
  const before = await rowsRead();
  const lease = await claim(runId);
  expect((await flush(lease)).size).toBe(1);
  expect((await rowsRead()) - before).toBeLessThan(MOST_ROWS);
});
