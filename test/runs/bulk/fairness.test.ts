import { expect, test } from 'vitest';
import { findReadyBulk } from '../../../src/store/bulk/find-ready.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { request } from '../bulk.ts';

const server = fixture(() => startTestServer({ worker: false }));
const localOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;

test('given an account with a running bulk operation, then one of another account comes before its next', async () => {
  const [ann, bob] = [await server.newUser(), await server.newUser()];
  const first = await request(ann, 'cancelRuns', { all: true });
  const next = await request(ann, 'cancelRuns', { all: true });
  const other = await request(bob, 'cancelRuns', { all: true });
  const { database } = server.store;
  const begin = async ({ id }: { id: string }) => {
    expect(await findReadyBulk(database)).toBe(localOf(id));
    await database.pool.query(`update run set status = 'running', worker_id = 'w' where id = $1`, [
      localOf(id),
    ]);
  };
  for (const one of [first, other, next]) await begin(one);
  expect(await findReadyBulk(database)).toBeNull();
});

test('given many at once, then exactly ten of an account are accepted, and a repeated one is no other', async () => {
  const ann = await server.newUser();
  const repeated = { all: true, idempotencyKey: 'k' };
  const { id } = await request(ann, 'cancelRuns', repeated);
  const asked = Array.from({ length: 12 }, () => request(ann, 'cancelRuns', { all: true }));
  const refused = (await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(3);
  for (const one of refused)
    expect((one as PromiseRejectedResult).reason.message).toBe(
      'at most 10 bulk operations of an account can be unfinished; wait until one of them has ended',
    );
  expect((await request(ann, 'cancelRuns', repeated)).id).toBe(id);
});
