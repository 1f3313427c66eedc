import { describe, expect, test } from 'vitest';
import { pruneDeliveries } from '../../src/store/integrations/deliveries.ts';
import { pruneFailedJobs } from '../../src/store/runs/job-queue.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
const sql = async (text: string) => (await server.store.database.pool.query(text)).rows;

describe('deliveries', () => {
  const OLD = `now() - interval '91 days'`;
  const YOUNG = `now() - interval '89 days'`;
  const made = [
    { id: 'delivered', status: 'delivered', createdAt: OLD, updatedAt: OLD },
    { id: 'failed', status: 'failed', createdAt: OLD, updatedAt: OLD },
    { id: 'pending', status: 'pending', createdAt: OLD, updatedAt: OLD },
    { id: 'redelivered', status: 'delivered', createdAt: OLD, updatedAt: YOUNG },
    { id: 'young', status: 'delivered', createdAt: YOUNG, updatedAt: YOUNG },
  ];

  test('that are no longer sent are deleted 90 days after their last change', async () => {
    await sql(`insert into app_user (id, email, name) values ('u', 'a@b.c', 'n')`);
    await sql(
      `insert into integration (id, owner_id, origin, platform, name, sealed_credentials, notify_on)
       values ('i', 'u', 'graphql', 'slack', 'n', 'x', '{}')`,
    );
    for (const { id, status, createdAt, updatedAt } of made) {
      await sql(
        `insert into delivery (id, integration_id, run_id, seq, run_end, status, created_at, updated_at)
         values ('${id}', 'i', '${id}', 1, '{}', '${status}', ${createdAt}, ${updatedAt})`,
      );
    }
    await sql(
      `insert into delivery (id, integration_id, run_id, seq, run_end, status, created_at, updated_at)
       select 'many' || i, 'i', 'many', i, '{}', 'delivered', ${OLD}, ${OLD} from generate_series(1, 2500) as i`,
    );
    await pruneDeliveries(server.store.database, 90, new AbortController().signal);
    expect(await sql('select id from delivery order by id')).toEqual([
      { id: 'pending' },
      { id: 'redelivered' },
      { id: 'young' },
    ]);
  });
});

test('jobs whose last attempt failed are deleted after 30 days', async () => {
  const add = (key: string, attempts: number, days: number) =>
    sql(
      `with added as (select id from graphile_worker.add_job('take-turn', '{}', job_key => '${key}', max_attempts => 2))
       select id from added`,
    ).then(() =>
      sql(
        `update graphile_worker._private_jobs set attempts = ${attempts}, updated_at = now() - interval '${days} days'
         where key = '${key}'`,
      ),
    );
  await add('failed long ago', 2, 31);
  await add('failed', 2, 29);
  await add('late', 1, 31);
  await pruneFailedJobs(server.store.database, 30);
  expect(await sql('select key from graphile_worker._private_jobs order by key')).toEqual([
    { key: 'failed' },
    { key: 'late' },
  ]);
});
