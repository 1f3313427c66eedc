import { expect, test } from 'vitest';
import { DomainError } from '../../../src/errors.ts';
import { boundReads } from '../../../src/store/database/bound-reads.ts';
import { createReading, type ReadBudget } from '../../../src/store/database/read-limit.ts';
import { openSource } from '../../../src/store/database/read-source.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

/** 4 MB, which Postgres does not send into a connection that nobody reads. */
const LARGE = `select repeat('x', 100000) as text from generate_series(1, 40)`;
const SMALL = `select repeat('x', 100000) as text`;

const server = fixture(() => startTestServer({ worker: false }));

/** A budget whose large turns are given and ended by hand. */
function openBudget(count: ReadBudget['count'] = () => null) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = 0;
  let ended = 0;
  const budget: ReadBudget = {
    ...createReading(10).ofRequest('ann'),
    count,
    takeLargeTurn: async () => {
      asked += 1;
      await promise;
      return () => {
        ended += 1;
      };
    },
  };
  const { pool } = boundReads(server.store, budget, openSource(server.store)).database;
  return { pool, giveTurn: resolve, turns: () => ({ asked, ended }) };
}

test('a statement with many bytes waits for its turn, and the others do not', async () => {
  const { pool, giveTurn, turns } = openBudget();
  let isRead = false;
  const reading = pool.query(LARGE).finally(() => {
    isRead = true;
  });
  await expect.poll(turns).toEqual({ asked: 1, ended: 0 });
  for (let round = 0; round < 20; round += 1) expect((await pool.query(SMALL)).rows).toHaveLength(1);
  expect(isRead).toBe(false);
  giveTurn();
  expect((await reading).rows.every(({ text }) => text.length === 100_000)).toBe(true);
  await expect.poll(turns).toEqual({ asked: 1, ended: 1 });
  expect((await pool.query(SMALL)).rows).toHaveLength(1);
});

test('its turn ends when the statement fails', async () => {
  const { pool, giveTurn, turns } = openBudget();
  giveTurn();
  const failing = pool.query(`select repeat('x', 100000), 1 / (39 - n) from generate_series(1, 40) as n`);
  await expect(failing).rejects.toThrow('division by zero');
  await expect.poll(turns).toEqual({ asked: 1, ended: 1 });
});

test('its turn ends when the statement exceeds the budget', async () => {
  let read = 0;
  const { pool, giveTurn, turns } = openBudget((bytes) => {
    read += bytes;
    return read > 1_000_000 ? new DomainError('PAYLOAD_TOO_LARGE', 'too large') : null;
  });
  giveTurn();
  await expect(pool.query(LARGE)).rejects.toThrow('too large');
  await expect.poll(turns).toEqual({ asked: 1, ended: 1 });
});

test('its turn ends when the connection is lost while it waits', async () => {
  const { pool, giveTurn, turns } = openBudget();
  const reading = pool.query(`/* lost */ ${LARGE.replace('40)', '400)')}`).catch((error) => error);
  await expect.poll(turns).toEqual({ asked: 1, ended: 0 });
  await server.store.database.aside.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where query like '/* lost */%'`,
  );
  giveTurn();
  expect(await reading).toBeInstanceOf(Error);
  await expect.poll(turns).toEqual({ asked: 1, ended: 1 });
});

test('what writes is never kept waiting', async () => {
  const { pool, turns } = openBudget();
  const written = await pool.query(
    `with changed as (update agent set name = name where false returning id) ${LARGE}`,
  );
  expect(written.rows).toHaveLength(40);
  expect(turns().asked).toBe(0);
});

test('a connection whose statement ends before its turn is read again', async () => {
  for (let round = 0; round < 30; round += 1) {
    const { pool, giveTurn, turns } = openBudget();
    // One row, which is counted when all of it has arrived: most of the time with the end of the statement.
    const reading = pool.query(`select repeat('x', 300000) as text`);
    await expect.poll(turns, { interval: 1 }).toEqual({ asked: 1, ended: 0 });
    expect((await server.store.database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    giveTurn();
    expect((await reading).rows).toHaveLength(1);
  }
});
