import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { newId } from '../../../src/rules/ids/ids.ts';
import type { RunState } from '../../../src/store/runs/run-watch.ts';
import { startTestServer, type TestServer } from '../../harness/server.ts';

let server: TestServer;
let other: pg.Client;

beforeEach(async () => {
  server = await startTestServer({ worker: false });
  other = new pg.Client({ connectionString: server.databaseUrl });
  await other.connect();
});
afterEach(async () => {
  await other.end();
  await server.stop();
});

/** Holds the watch's query up in the middle, as a busy database would. */
async function whileItLooks(act: () => void): Promise<void> {
  await other.query('begin; lock table run in access exclusive mode');
  await vi.waitFor(async () => {
    const { rows } = await other.query(
      `select from pg_locks where not granted and relation = 'run'::regclass`,
    );
    expect(rows).toHaveLength(1);
  });
  act();
  await other.query('commit');
}

test('whoever comes while the watch looks is not told what was true before', async () => {
  const { watch } = server.store;
  const first = Promise.withResolvers<RunState | null>();
  const told: string[] = [];
  const unwatch = [watch.add(newId(), first.resolve)];
  await whileItLooks(() => unwatch.push(watch.add(newId(), () => told.push('the late one'))));
  expect(await first.promise).toBeNull();
  expect(told).toEqual([]);
  for (const stop of unwatch) stop();
});

test('whoever leaves while the watch looks is told no more', async () => {
  const told: string[] = [];
  const { watch } = server.store;
  const unwatch = watch.add(newId(), () => told.push('the one who left'));
  const stays = Promise.withResolvers<RunState | null>();
  const end = watch.add(newId(), stays.resolve);
  await whileItLooks(unwatch);
  await stays.promise;
  expect(told).toEqual([]);
  end();
});
