import { describe, expect, test } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { openEarlier } from '../../harness/migrated-database.ts';

const SOON = { timeout: 10_000, interval: 20 };

/** Each of the migrations that follow changes one of these. */
describe.each([
  { before: 'Migration20261130145915', table: 'run' },
  { before: 'Migration20261130150704', table: 'task' },
  { before: 'Migration20261130153342', table: 'audit_entry' },
  { before: 'Migration20261130153951', table: 'run_text' },
])('given a database of $before whose $table is being read', ({ before, table }) => {
  const database = fixture(() => openEarlier(before, []));

  test('then others do not queue behind the migration', async () => {
    const holder = await database.pool.connect();
    await holder.query(`begin; lock table ${table} in access share mode`);
    const migrated = database.migrate();
    const isRefused = async () => {
      const waiting = `select from pg_locks where relation is not null and mode = 'AccessExclusiveLock' and not granted`;
      return (await database.pool.query(waiting)).rowCount !== 0;
    };
    try {
      for (const isWaiting of [true, false, true]) await expect.poll(isRefused, SOON).toBe(isWaiting);
    } finally {
      holder.release(true);
      await migrated;
    }
  }, 60_000);
});
