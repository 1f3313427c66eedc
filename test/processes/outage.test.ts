import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { data, rebuildText, TASK_EVENTS } from '../harness/client.ts';
import { startDatabaseProxy } from '../harness/database-proxy.ts';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import type { Polyphony } from '../harness/process.ts';

let worker: Polyphony | undefined;
let operator: pg.Client;

/** The API has the database always; the worker, through a proxy that a test may cut. */
const deployment = fixture(startDeployment);
const ann = fixture(() => deployment.ann);
const proxy = fixture(() => startDatabaseProxy(deployment.databaseUrl), { stop: (proxy) => proxy.cut() });
beforeAll(async () => {
  operator = new pg.Client({ connectionString: deployment.databaseUrl });
  await operator.connect();
});
afterAll(async () => {
  await operator?.end();
});

beforeEach(async () => {
  worker = await deployment.startWorker({ DATABASE_URL: proxy.url });
});
afterEach(async () => {
  expect(await worker?.stop()).toBe(0);
  await operator.query('drop trigger if exists slow on run_event; drop function if exists slow');
});

/** Claims and what else writes `RunStarted` take this long from now on. */
async function slowDownClaims(seconds: number): Promise<void> {
  await operator.query(`
    create function slow() returns trigger language plpgsql as $$
    begin if new.type = 'RunStarted' then perform pg_sleep(${seconds}); end if; return new; end $$;
    create trigger slow before insert on run_event for each row execute function slow()`);
}

async function waitForClaim(): Promise<void> {
  const claiming = `select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`;
  while ((await operator.query(claiming)).rowCount === 0) await new Promise(setImmediate);
}

test('a claim during which the connection breaks is made all the same, and the worker goes on working', async () => {
  await slowDownClaims(1.5);
  const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=3,itl=1' });
  await waitForClaim();
  await proxy.cut();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await proxy.open();
  expect((await ann.events(id)).at(-1)?.__typename).toBe('RunCompleted');
  const later = await ann.createTask({ prompt: 'x', model: 'demo@tokens=3,itl=1' });
  expect((await ann.events(later)).at(-1)?.__typename).toBe('RunCompleted');
});

test('many short outages under load: every task is completed, none twice', async () => {
  const ids: string[] = [];
  for (let outage = 0; outage < 4; outage += 1) {
    const more = Array.from({ length: 20 }, () =>
      ann.createTask({ prompt: 'x', model: 'demo@tokens=20,itl=20' }),
    );
    ids.push(...(await Promise.all(more)));
    await proxy.cut();
    await new Promise((resolve) => setTimeout(resolve, 700));
    await proxy.open();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const text = Array.from({ length: 20 }, (_, index) => `word${index + 1} `).join('');
  for (const events of await Promise.all(ids.map((id) => ann.events(id)))) {
    const facts = events.slice(1);
    expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, index) => index + 1));
    expect(facts.at(-1)).toMatchObject({ __typename: 'RunCompleted', result: { output: text } });
    expect(rebuildText(facts)).toBe(text);
  }
}, 180_000);

test('a worker that could not end several jobs at once goes on, and stops by itself', async () => {
  await operator.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'refused by the test'; end $$;
    create trigger refuse before delete on graphile_worker._private_jobs for each row execute function refuse()`);
  const ids = await Promise.all(
    Array.from({ length: 20 }, () => ann.createTask({ prompt: 'x', model: 'demo@tokens=3,itl=1' })),
  );
  for (const id of ids) expect((await ann.events(id)).at(-1)?.__typename).toBe('RunCompleted');
  while (!worker!.output().includes('the job runner ended')) await new Promise(setImmediate);
  await operator.query('drop trigger refuse on graphile_worker._private_jobs; drop function refuse');
  const later = await ann.createTask({ prompt: 'x', model: 'demo@tokens=3,itl=1' });
  expect((await ann.events(later)).at(-1)?.__typename).toBe('RunCompleted');
  expect(await worker!.stop()).toBe(0);
});

test('a worker that is stopped during a claim hands the run over, and leaves nothing behind', async () => {
  await slowDownClaims(1);
  const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=6000,itl=10' });
  await waitForClaim();
  const before = performance.now();
  expect(await worker!.stop()).toBe(0);
  expect(performance.now() - before).toBeLessThan(5_000);
  expect(await ann.task(id)).toMatchObject({ status: 'QUEUED' });
  expect((await operator.query('select from worker')).rowCount).toBe(0);
  data(await ann.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', { id }));
});

test('an answer that ends while the database is away is kept, and asked for once', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=60,itl=10' });
  for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
    if (data(payload).taskEvents.__typename === 'TokensGenerated') break;
  }
  await proxy.cut();
  // Its answer ends meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await proxy.open();
  const events = await ann.events(id);
  expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', attempt: 1 });
});
