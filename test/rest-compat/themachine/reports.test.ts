import { expect, test } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { openAccount } from './account.ts';

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => openAccount(server));

test('a report keeps what others set in the metadata since it read the task', async () => {
  const id = await ann.client.createTask({
    title: 'a',
    description: 'b',
    type: 'code',
    metadata: { mine: 1 },
  });
  const plain = Buffer.from(id, 'base64url').toString().slice('Task:'.length);
  const { pool } = server.store.database;
  const other = await pool.connect();
  await other.query('begin');
  await other.query(`update run set metadata = '{"mine":2,"reported":{"origin":"client","cost":3}}'`);
  const report = ann.patch(`/tasks/${plain}`, { progress: 0.5 });
  const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
  await expect.poll(async () => (await pool.query(waiting)).rowCount).toBe(1);
  await other.query('commit');
  other.release();
  expect(await report).toMatchObject({ progress: 0.5, cost: 3 });
  const { task } = await ann.query('query ($id: ID!) { task(id: $id) { metadata } }', { id });
  expect(task.metadata).toEqual({ mine: 2, reported: { origin: 'client', cost: 3, progress: 0.5 } });
});
