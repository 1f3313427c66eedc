import { expect, test } from 'vitest';
import { openEarlier } from '../../harness/migrated-database.ts';

const SOON = { timeout: 20_000, interval: 20 };

/** Each of the migrations that follow changes one of these. */
test.each([
  ['Migration20261130145915', 'run'],
  ['Migration20261130150704', 'task'],
  ['Migration20261130153342', 'audit_entry'],
  ['Migration20261130153951', 'run_text'],
] as const)(
  'given a database of %s whose %s is being read, then others do not queue behind the migration',
  async (before, table) => {
    await using stack = new AsyncDisposableStack();
    const database = await openEarlier(before, []);
    stack.defer(() => database.stop());
    const holder = await database.pool.connect();
    await holder.query(`begin; lock table ${table} in access share mode`);
    const migrated = database.migrate();
    const isRefused = async () => {
      const waiting = `select from pg_locks where relation is not null and mode = 'AccessExclusiveLock' and not granted`;
      return (await database.pool.query(waiting)).rowCount !== 0;
    };
    for (const isWaiting of [true, false, true]) await expect.poll(isRefused, SOON).toBe(isWaiting);
    await holder.query('rollback');
    holder.release();
    await migrated;
  },
  60_000,
);
