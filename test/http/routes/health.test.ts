import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { createFolder } from '../../harness/folder.ts';
import { startTestServer, type TestServer } from '../../harness/server.ts';
import { admin } from '../../harness/suite/postgres.ts';

let server: TestServer | null = null;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  await server?.stop();
  server = null;
  for (const close of closers.splice(0).toReversed()) await close();
});

const health = async () => {
  const response = await fetch(`${server!.url}/health`);
  return { status: response.status, body: JSON.stringify(await response.json()) };
};

const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)('on a disk of its own', () => {
  test('says when the disk has less than half of the reserve, and when it has more again', async () => {
    const folder = await createFolder();
    closers.push(folder.remove, () => execFileSync('umount', [folder.path]));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'none', folder.path]);
    const variables = { DATA_DIR: folder.path, DISK_RESERVE_MIB: '32' };
    server = await startTestServer({ variables, worker: false });
    expect(await health()).toMatchObject({ status: 200 });
    writeFileSync(join(folder.path, 'fill'), Buffer.alloc(52 * 2 ** 20));
    await expect.poll(health).toMatchObject({
      status: 503,
      body: expect.stringMatching(
        /the database cannot be written to: the disk that holds .* has 1\d MiB left/,
      ),
    });
    const { errors } = await server.anonymous.query('{ health { status } }');
    expect(errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
    rmSync(join(folder.path, 'fill'));
    expect(await health()).toMatchObject({ status: 200 });
  });
});

test('says when the database is read-only', async () => {
  server = await startTestServer({ worker: false });
  expect(await health()).toMatchObject({ status: 200 });
  const name = new URL(server.databaseUrl).pathname.slice(1);
  await admin(server.databaseUrl, `alter database ${name} set default_transaction_read_only = on`);
  const end = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`;
  await admin(server.databaseUrl, end);
  await expect
    .poll(health, { timeout: 10_000 })
    .toMatchObject({ status: 503, body: expect.stringContaining('the database is read-only') });
});

test('asks the database once a second at most, however often it is asked itself', async () => {
  server = await startTestServer({ worker: false });
  const { aside } = server.store.database;
  const query = aside.query;
  let asked = 0;
  aside.query = ((...given: Parameters<typeof query>) => {
    if (JSON.stringify(given[0]).includes('read-condition')) asked += 1;
    return query.apply(aside, given);
  }) as typeof query;
  const startedAt = performance.now();
  for (let round = 0; round < 20; round += 1) await Promise.all(Array.from({ length: 10 }, health));
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - startedAt) / 1_000));
});

test('while the database is slow the last answer is given, but not once it has failed', async () => {
  server = await startTestServer({ worker: false });
  const { aside } = server.store.database;
  const query = aside.query;
  expect(await health()).toMatchObject({ status: 200 });
  const slow = Promise.withResolvers<never>();
  // Whether a probe waits for it when it fails depends on the time.
  slow.promise.catch(() => {});
  aside.query = (() => slow.promise) as unknown as typeof query;
  for (let round = 0; round < 3; round += 1) expect(await health()).toMatchObject({ status: 200 });
  slow.reject(new pg.DatabaseError('terminating connection', 0, 'error'));
  aside.query = (() => slow.promise) as unknown as typeof query;
  await expect.poll(health).not.toMatchObject({ status: 200 });
  aside.query = query;
  expect(await health()).toMatchObject({ status: 200 });
});
