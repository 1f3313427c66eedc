import pg from 'pg';
import { expect, test } from 'vitest';
import { type Client, data } from '../../harness/client.ts';
import { startDeployment } from '../../harness/deployment.ts';
import { fixture } from '../../harness/fixture.ts';
import { ended, fill, type Mutation, request } from '../../runs/bulk.ts';

const deployment = fixture(() => startDeployment());
const ann = fixture(() => deployment.ann);

/** Resolves when so many of its batches are recorded. */
async function progressed(client: Client, id: string, batches: number): Promise<void> {
  let left = batches;
  const document = 'subscription ($id: ID!) { runEvents(runId: $id) { __typename } }';
  for await (const payload of client.subscribe(document, { id })) {
    if (data(payload).runEvents.__typename === 'ProgressMade') left -= 1;
    if (left === 0) return;
  }
  throw new Error('it ended before');
}

const COUNT = 600;

test.each<[Mutation, 'pending' | 'failed', string]>([
  ['cancelRuns', 'pending', 'RunCancelled'],
  ['retryRuns', 'failed', 'RunQueued'],
  ['deleteRuns', 'pending', 'RunDeleted'],
])('kill -9 in the midst of %s: each run is acted on once, and counted once', async (name, status, event) => {
  const pool = new pg.Pool({ connectionString: deployment.databaseUrl, max: 2 });
  await pool.query('update app_user set max_concurrent_runs = 0');
  const ids = await fill(pool, ann, COUNT, status);
  let worker = await deployment.startWorker();
  const { id } = await request(ann, name, { filter: { kinds: ['TASK'], statuses: [status.toUpperCase()] } });
  for (let kills = 0; kills < 3; kills++) {
    await progressed(ann, id, 2 + 2 * kills);
    await worker.kill();
    worker = await deployment.startWorker();
  }
  expect(await ended(ann, Promise.resolve({ id }))).toMatchObject({
    status: 'COMPLETED',
    ...{ matched: COUNT, done: COUNT, skipped: 0, failed: 0, examples: [] },
  });
  const local = ids.map((one) => Buffer.from(one, 'base64url').toString().slice('Task:'.length));
  const { rows } = await pool.query<{ times: number; runs: number }>(
    event === 'RunDeleted'
      ? `select 1 as times, count(*)::int as runs from change where subject_id = any($1) and type = 'deleted' and $2 <> ''`
      : `select times, count(*)::int as runs from (
           select count(*)::int as times from run_event where run_id = any($1) and type = $2 group by run_id
         ) as counted group by times`,
    [local, event],
  );
  expect(rows).toEqual([{ times: 1, runs: COUNT }]);
  const left = await pool.query('select from bulk_batch');
  expect(left.rowCount).toBe(0);
  await pool.end();
  await worker.stop();
});
