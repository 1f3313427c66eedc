import { beforeEach, describe, expect, test } from 'vitest';
import { type Client, data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { ended, fill, request, runOf } from '../bulk.ts';

const server = fixture(() => startTestServer());
let ann: Client;
beforeEach(async () => {
  ann = await server.newUser();
});

const pool = () => server.store.database.pool;
const localOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;
async function eventsOf(ids: readonly string[], type: string): Promise<Map<string, number>> {
  const { rows } = await pool().query<{ id: string; times: number }>(
    'select run_id as id, count(*)::int as times from run_event where run_id = any($1) and type = $2 group by run_id',
    [ids.map(localOf), type],
  );
  return new Map(rows.map(({ id, times }) => [id, times]));
}
/** A bulk operation that cannot go on with its last batch, which has the oldest run, until `release` is called. */
async function beforeTheLast([oldest]: readonly string[]) {
  const client = await pool().connect();
  await client.query('begin');
  await client.query('select from run where id = $1 for update', [localOf(oldest!)]);
  const { id } = await request(ann, 'cancelRuns', { all: true });
  let left = 3;
  const document = 'subscription ($id: ID!) { runEvents(runId: $id) { __typename } }';
  for await (const payload of ann.subscribe(document, { id })) {
    if (data(payload).runEvents.__typename === 'ProgressMade') left -= 1;
    if (left === 0) break;
  }
  return {
    id,
    async release() {
      await client.query('rollback');
      client.release();
    },
  };
}

const ROUNDS = Array.from({ length: Number(process.env.ROUNDS ?? 2) }, (_, round) => round);

describe.each(ROUNDS)('given many runs, round %i', () => {
  test('then two bulk operations over the same ones share them', async () => {
    const ids = await fill(pool(), ann, 200);
    const both = await Promise.all([
      ended(ann, request(ann, 'cancelRuns', { filter: { kinds: ['TASK'] } })),
      ended(ann, request(ann, 'cancelRuns', { ids })),
      ended(ann, request(ann, 'cancelRuns', { all: true })),
    ]);
    for (const one of both) {
      expect(one).toMatchObject({ status: 'COMPLETED', matched: 200, failed: 0 });
      expect(one.done + one.skipped).toBe(200);
    }
    expect(both.reduce((sum, { done }) => sum + done, 0)).toBe(200);
    expect([...(await eventsOf(ids, 'RunCancelled')).values()]).toEqual(Array(200).fill(1));
  });

  test('then one that is cancelled leaves those that it has not come to, and does nothing more', async () => {
    const ids = await fill(pool(), ann, 200);
    const { id, release } = await beforeTheLast(ids);
    data(await ann.query(`mutation { cancelRun(input: { id: "${id}" }) { run { id } } }`));
    await release();
    const cancelled = await runOf(ann, id);
    const { size } = await eventsOf(ids, 'RunCancelled');
    expect(cancelled).toMatchObject({ status: 'CANCELLED', matched: 200, done: size });
    expect(size).toBe(150);
    expect(await ended(ann, request(ann, 'deleteRuns', { all: true }))).toMatchObject({
      matched: 200,
      done: 200,
    });
    expect(await runOf(ann, id)).toMatchObject({ done: size });
  });

  test('then deletions meanwhile are skipped, and whoever deletes a run that is retried or cancelled wins', async () => {
    const ids = await fill(pool(), ann, 200);
    const single = ids.filter((_, index) => index % 4 === 0);
    const [bulk, removed] = await Promise.all([
      ended(ann, request(ann, 'cancelRuns', { ids })),
      ended(ann, request(ann, 'deleteRuns', { filter: { kinds: ['TASK'] } })),
      ...single.map((id) => ann.query(`mutation { deleteRun(input: { id: "${id}" }) { deletedId } }`)),
    ]);
    expect(bulk).toMatchObject({ status: 'COMPLETED', failed: 0 });
    expect(bulk.done + bulk.skipped).toBe(200);
    expect(removed).toMatchObject({ status: 'COMPLETED', failed: 0 });
    expect(removed.done + removed.skipped).toBe(removed.matched);
    const { rows } = await pool().query('select from run where id = any($1)', [ids.map(localOf)]);
    expect(rows).toEqual([]);
  });

  test('then its own deletion while it runs ends it', async () => {
    const ids = await fill(pool(), ann, 200);
    const { id, release } = await beforeTheLast(ids);
    data(await ann.query(`mutation { deleteRun(input: { id: "${id}" }) { deletedId } }`));
    await release();
    const { size } = await eventsOf(ids, 'RunCancelled');
    const { rows } = await pool().query('select from bulk_batch');
    expect(rows).toEqual([]);
    expect(await ended(ann, request(ann, 'cancelRuns', { all: true }))).toMatchObject({
      matched: 200,
      done: 200 - size,
      skipped: size,
    });
  });
});
