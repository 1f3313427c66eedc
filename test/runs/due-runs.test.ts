import { describe, expect, onTestFinished, test } from 'vitest';
import type { JobContext } from '../../src/jobs/context.ts';
import { keepTime } from '../../src/jobs/timers.ts';
import { endDeferrals } from '../../src/store/runs/times/defer-run.ts';
import { expireRuns } from '../../src/store/runs/times/expire-runs.ts';
import { type Client, data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { runIdOf } from '../harness/lease.ts';
import { startTestServer } from '../harness/server.ts';
import { fill } from './bulk.ts';

/** Without a worker. */
const server = fixture(() => startTestServer({ worker: false }));

const sql = async (text: string, values: unknown[] = []) =>
  (await server.store.database.pool.query(text, values)).rows;
const statusOf = async (client: Client, id: string) =>
  data(await client.query('query ($id: ID!) { run(id: $id) { status } }', { id })).run.status;

/** So many tasks with a column that says when they are due, one a second; the first one is due for the longest time. */
async function makeDue(client: Client, column: 'deferred_until' | 'expires_at', count: number) {
  const ids = await fill(server.store.database.pool, client, count);
  await sql(
    `update run set status = 'queued', blockers = 1, ${column} = now() - interval '1 day' + position * interval '1 second'
     from unnest($1::text[]) with ordinality as given (id, position) where run.id = given.id`,
    [ids.map(runIdOf)],
  );
  return ids;
}

/** The database refuses each failure of runs of this one's account until the test has finished. */
async function refuseEnds(id: string): Promise<() => Promise<unknown>> {
  const [owner] = await sql('select owner_id from run where id = $1', [runIdOf(id)]);
  await sql(`create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$`);
  await sql(`create trigger refuse before update on run for each row
    when (new.status = 'failed' and new.owner_id = '${owner.owner_id}') execute function refuse()`);
  const allow = () => sql('drop function if exists refuse cascade');
  onTestFinished(async () => {
    await allow();
  });
  return allow;
}

/** The timers of a worker, until the test has finished. @returns what they warned of */
function startTimers(): string[] {
  const warned: string[] = [];
  const log = { warn: ({ error }: { error: string }) => warned.push(error) };
  const stop = new AbortController();
  const kept = keepTime({ engine: { store: server.store, log } } as unknown as JobContext, stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await kept;
  });
  return warned;
}

describe('given more deferred runs that are due than one statement makes ready', () => {
  test('then each call makes a part ready, the longest due first, and says whether there may be more', async () => {
    const ann = await server.newUser();
    const ids = await makeDue(ann, 'deferred_until', 301);
    const waiting = () => sql('select id from run where id = any($1) and blockers = 1', [ids.map(runIdOf)]);
    expect(await endDeferrals(server.store.database)).toBe(true);
    expect(await waiting()).toEqual([{ id: runIdOf(ids.at(-1)!) }]);
    expect(await endDeferrals(server.store.database)).toBe(false);
    expect(await waiting()).toEqual([]);
  });

  test('then a worker makes all ready', async () => {
    const ann = await server.newUser();
    const ids = await makeDue(ann, 'deferred_until', 700);
    startTimers();
    const waiting = () => sql('select id from run where id = any($1) and blockers = 1', [ids.map(runIdOf)]);
    await expect.poll(waiting, { timeout: 30_000 }).toEqual([]);
  });
});

describe('given expired runs of an account that cannot be ended', () => {
  test('then those of other accounts end, and the error is reported', async () => {
    const [ann, bob] = [await server.newUser(), await server.newUser()];
    const [stuck] = await makeDue(ann, 'expires_at', 1);
    const [other] = await makeDue(bob, 'expires_at', 1);
    const allow = await refuseEnds(stuck!);
    const errors: unknown[] = [];
    expect(await expireRuns(server.store, (error) => errors.push(error))).toBe(false);
    expect(errors).toMatchObject([{ message: 'refused' }]);
    expect(await statusOf(ann, stuck!)).toBe('QUEUED');
    expect(await statusOf(bob, other!)).toBe('FAILED');
    await allow();
    await expireRuns(server.store, (error) => errors.push(error));
    expect(await statusOf(ann, stuck!)).toBe('FAILED');
    expect(errors).toHaveLength(1);
  });

  test('then a full batch of them is not looked at again at once', async () => {
    const ann = await server.newUser();
    const [stuck] = await makeDue(ann, 'expires_at', 200);
    const allow = await refuseEnds(stuck!);
    expect(await expireRuns(server.store, () => {})).toBe(false);
    await allow();
    expect(await expireRuns(server.store, () => {})).toBe(true);
  });

  test('then a worker goes on making deferred runs ready', async () => {
    const ann = await server.newUser();
    const [stuck] = await makeDue(ann, 'expires_at', 1);
    await refuseEnds(stuck!);
    const warned = startTimers();
    await expect.poll(() => warned).toContain('refused');
    const [id] = await makeDue(ann, 'deferred_until', 1);
    await expect
      .poll(() => sql('select blockers from run where id = $1', [runIdOf(id!)]))
      .toEqual([{ blockers: 0 }]);
  });
});
