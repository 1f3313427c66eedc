import { expect, test } from 'vitest';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { START } from '../../orchestrations/orchestra.ts';
import { ended, request } from '../bulk.ts';

const server = fixture(() => startTestServer({ variables: { RATE_LIMIT_FACTOR: '1' } }));
const localOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;

test('given more orchestrations than may run, then those that are retried beyond it fail with its code', async () => {
  const ann = await server.newUser();
  const { pool } = server.store.database;
  const startAt = new Date(Date.now() + 1e8).toISOString();
  const start = async () => {
    const answer = await ann.query(START, { input: { prompt: 'x', startAt } });
    return data(answer).startOrchestration.orchestration.id as string;
  };
  const failed = [await start(), await start()];
  await pool.query(`update run set status = 'failed' where id = any($1)`, [failed.map(localOf)]);
  for (let open = 0; open < 9; open++) await start();
  // They stay queued, and count like those that may start.
  await pool.query(`update run set start_at = null where kind = 'orchestration'`);
  const result = await ended(ann, request(ann, 'retryRuns', { ids: failed }));
  expect(result).toMatchObject({ matched: 2, done: 1, skipped: 0, failed: 1 });
  expect(result.examples).toEqual([
    {
      runId: failed[1],
      exception: 'FAILED',
      code: 'RATE_LIMITED',
      message: 'at most 10 orchestrations of a user can run at once; wait until one of them has ended',
    },
  ]);
});
