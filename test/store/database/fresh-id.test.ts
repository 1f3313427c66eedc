import { beforeAll, expect, test } from 'vitest';
import { freshId, withFreshId } from '../../../src/store/database/fresh-id.ts';
import { insertThread } from '../../../src/store/threads/threads.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

let ownerId: string;

const server = fixture(() => startTestServer({ worker: false }));
beforeAll(async () => {
  await server.newUser();
  const { rows } = await server.store.database.pool.query('select id from app_user limit 1');
  ownerId = rows[0].id;
});

const of = { origin: 'orchestratex', kind: 'thread' } as const;
const nothing = {
  sessionId: null,
  title: null,
  originalPrompt: null,
  domain: null,
  context: null,
  onBusy: 'queue' as const,
};
const insert = (id: string) => insertThread(server.store, { id, ownerId, ...nothing });

test('where somebody has an id already, another is taken', async () => {
  const taken = freshId('orchestratex', 'thread');
  await insert(taken);
  const tried: string[] = [];
  const made = await withFreshId(of, (id) => insert(tried.push(id) < 3 ? taken : id));
  expect(tried).toHaveLength(3);
  expect(made!.id).toBe(tried[2]);
});

test('what keeps failing, and what fails otherwise, is thrown', async () => {
  const taken = freshId('orchestratex', 'thread');
  await insert(taken);
  let tries = 0;
  await expect(
    withFreshId(of, () => {
      tries += 1;
      return insert(taken);
    }),
  ).rejects.toThrow(/thread_pkey/);
  expect(tries).toBe(5);
  const other = new Error('other');
  await expect(withFreshId(of, () => Promise.reject(other))).rejects.toBe(other);
});
