import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Client, createClient, data } from '../harness/client.ts';
import { startDeployment } from '../harness/deployment.ts';
import { fixture } from '../harness/fixture.ts';
import { runIdOf } from '../harness/lease.ts';
import { startOutside } from '../harness/vendor/outside.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { create, endTask, settled } from '../integrations/integrations.ts';
import { start } from '../orchestrations/orchestra.ts';
import { createTemplate } from '../templates/template.ts';
import { createWorkflow, execute } from '../workflows/workflows.ts';

let database: pg.Client;
let accounts = 0;

const vendor = fixture(startVendor);
const outside = fixture(startOutside);
const deployment = fixture(() =>
  startDeployment({
    OPENAI_BASE_URL: `${vendor.url}/v1`,
    OUTBOUND_ALLOW: '127.0.0.1',
    SECRETS_KEY: Buffer.alloc(32, 1).toString('base64'),
    RATE_LIMIT_FACTOR: '1000',
    WORKER_CONCURRENCY: '4',
    SANDBOX: 'none',
  }),
);
beforeAll(async () => {
  database = new pg.Client({ connectionString: deployment.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
});
beforeEach(async () => {
  for (const worker of deployment.workers) await worker.stop();
  await database.query(
    `update run set status = 'cancelled', worker_id = null where status not in ('completed', 'failed')`,
  );
});

function newAccount(): Promise<Client> {
  accounts += 1;
  const email = `fair${accounts}@example.com`;
  return createClient(deployment.api.url).register({ email, password: 'a good password', name: 'Ann' });
}

const QUICK = 'demo@tokens=1,itl=0';
const MODELS = { slow: 'gpt-4o@tokens=4,itl=50', stalled: 'gpt-4o@fault=stall,at=1' };

/** Many tasks of one account in few requests. */
async function createTasks(client: Client, count: number, input: object): Promise<string[]> {
  const AT_ONCE = 25;
  const document = `mutation ($input: CreateTaskInput!) {
    ${Array.from({ length: AT_ONCE }, (_, index) => `a${index}: createTask(input: $input) { task { id } }`).join('\n')} }`;
  const ids: string[] = [];
  while (ids.length < count) {
    const answer = data(await client.query(document, { input: { prompt: 'x', model: QUICK, ...input } }));
    ids.push(...Object.values<{ task: { id: string } }>(answer).map(({ task }) => task.id));
  }
  return ids;
}

/** A slot counts as held from the choice of an account; its run starts when it has been claimed. */
const CLAIM_MS = 500;

interface Times {
  createdAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
}

async function timesOf(ids: readonly string[]): Promise<Times[]> {
  const { rows } = await database.query<Times>(
    `select run.created_at as "createdAt", started_at as "startedAt", completed_at as "completedAt"
     from run join task on task.id = run.id where run.id = any($1) order by started_at`,
    [ids.map(runIdOf)],
  );
  return rows;
}

const allEnded = (ids: readonly string[]) =>
  expect
    .poll(async () => (await timesOf(ids)).filter(({ completedAt }) => completedAt === null).length, {
      timeout: 50_000,
    })
    .toBe(0);

const waitedMs = ({ createdAt, startedAt }: Times) => startedAt!.getTime() - createdAt.getTime();

test('given 3,000 tasks of priority 10, then 50 of another account take turns with them, and one starts at once', async () => {
  const [ann, bob, carol] = [await newAccount(), await newAccount(), await newAccount()];
  const many = await createTasks(ann, 3000, { priority: 10 });
  await deployment.startWorker();
  const some = await createTasks(bob, 50, { priority: 1 });
  const [one] = [await carol.createTask({ prompt: 'x', model: QUICK, priority: 1 })];
  await allEnded([...some, one!]);
  const [alone] = await timesOf([one!]);
  expect(waitedMs(alone!)).toBeLessThan(1_000);
  const [first, last] = [(await timesOf(some)).at(0)!.startedAt!, (await timesOf(some)).at(-1)!.startedAt!];
  const between = (await timesOf(many)).filter(({ startedAt: at }) => at && at >= first && at <= last);
  expect(between.length).toBeLessThan(70);
  expect(between.length).toBeGreaterThan(20);
});

test('own priority orders the runs of an account, also one that was given later', async () => {
  const ann = await newAccount();
  const low = await createTasks(ann, 25, { priority: 2 });
  const [raised] = await createTasks(ann, 25, { priority: 1 });
  await ann.query(`mutation { updateTaskPriority(input: { id: "${raised}", priority: 9 }) { task { id } } }`);
  await deployment.startWorker({ WORKER_CONCURRENCY: '1' });
  await allEnded([...low, raised!]);
  const [times] = await timesOf([raised!]);
  const before = (await timesOf(low)).filter(({ startedAt }) => startedAt! < times!.startedAt!);
  expect(before).toEqual([]);
});

test('while another account waits and holds less than its share of the slots, one takes no more than its own', async () => {
  const [ann, bob] = [await newAccount(), await newAccount()];
  const many = await createTasks(ann, 50, { model: MODELS.slow, priority: 10 });
  const some = await createTasks(bob, 25, { model: MODELS.slow, priority: 1 });
  await deployment.startWorker();
  await allEnded([...many, ...some]);
  const [own, others] = [await timesOf(many), await timesOf(some)];
  const held = (runs: readonly Times[], at: Date, until = at.getTime()) =>
    runs.filter(({ startedAt, completedAt }) => startedAt!.getTime() < until && completedAt! > at).length;
  // At first the worker does not know the other account; near the end none of its runs waits.
  const [from, to] = [others[2]!.startedAt!, others.at(-6)!.startedAt!];
  const started = own.flatMap(({ startedAt: at }) => (at! > from && at! < to ? [at!] : []));
  expect(started.length).toBeGreaterThan(10);
  // Beside the four slots there is one for an account that held nothing: then both may have their share of two.
  const beyond = started.filter((at) => held(own, at) >= 2 && held(others, at, at.getTime() + CLAIM_MS) < 2);
  expect(beyond).toEqual([]);
});

test('an account that is alone takes all slots', async () => {
  const ann = await newAccount();
  await createTasks(ann, 25, { model: MODELS.stalled });
  await deployment.startWorker();
  await vendor.waitFor(({ open }) => open === 4, 10_000);
});

/** What an account can have waiting, each with a model that does not answer in time, or that answers at once. */
const KINDS: [kind: string, begin: (client: Client, model: string) => Promise<string>][] = [
  ['prompts', (client, model) => client.createTask({ prompt: 'x', model, priority: 10 })],
  ['agents', (client, model) => client.createTask({ kind: 'AGENT', prompt: 'x', model, priority: 10 })],
  [
    'templates',
    async (client, model) => {
      const steps = [{ key: 'a', type: 'GENERATE', prompt: 'x', model }];
      const { name } = await createTemplate(client, { steps });
      return client.createTask({ kind: 'TEMPLATE', templateName: name, priority: 10 });
    },
  ],
  [
    'workflow steps',
    async (client, model) =>
      execute(client, await createWorkflow(client, [{ key: 'a', model, task: 'x' }]), { priority: 10 }),
  ],
  [
    'orchestrations',
    (client, model) => start(client, { preferredModels: [model], maxIterations: 1, priority: 10 }),
  ],
];

const startedRuns = async (client: Client) => {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::int from run where owner_id = $1 and attempt > 0 and kind <> 'execution'`,
    [ownerOf(client)],
  );
  return rows[0]!.count;
};

const ownerOf = (client: Client) =>
  JSON.parse(Buffer.from(client.token!.split('.')[1]!, 'base64url').toString()).sub as string;

describe.each(KINDS)('%s', (_kind, begin) => {
  test('that hold all slots for as long as they like do not keep those of another account waiting', async () => {
    const [ann, bob] = [await newAccount(), await newAccount()];
    await Promise.all(Array.from({ length: 8 }, () => begin(ann, MODELS.stalled)));
    await deployment.startWorker();
    await expect.poll(() => startedRuns(ann)).toBeGreaterThanOrEqual(4);
    const from = performance.now();
    await begin(bob, QUICK);
    await expect.poll(() => startedRuns(bob), { interval: 20 }).toBeGreaterThan(0);
    expect(performance.now() - from).toBeLessThan(1_500);
  });
});

test('deliveries to receivers that never answer keep neither runs nor deliveries of another account waiting', async () => {
  const [ann, bob] = [await newAccount(), await newAccount()];
  for (const path of ['/never1', '/never2', '/never3']) {
    outside.script(path, ...Array<'never'>(40).fill('never'));
    await create(ann, { platform: 'WEBHOOK', url: `${outside.url}${path}` });
  }
  const { id } = await create(bob, { platform: 'WEBHOOK', url: `${outside.url}/bob` });
  for (let count = 0; count < 8; count += 1) await endTask(ann);
  await deployment.startWorker();
  await expect.poll(() => outside.received.length).toBeGreaterThan(0);
  const from = performance.now();
  await endTask(bob);
  await settled(bob, id, ({ status }) => status === 'DELIVERED');
  const task = await bob.createTask({ prompt: 'x', model: QUICK });
  await bob.events(task);
  expect(performance.now() - from).toBeLessThan(3_000);
});

test('given a worker that is killed in between, then all of all accounts complete once, and none waits', async () => {
  const [ann, bob] = [await newAccount(), await newAccount()];
  const many = await createTasks(ann, 300, { priority: 10 });
  const doomed = await deployment.startWorker();
  await deployment.startWorker();
  await expect.poll(() => startedRuns(ann)).toBeGreaterThan(20);
  await doomed.kill();
  const some = await createTasks(bob, 25, {});
  await allEnded([...many, ...some]);
  const { rows } = await database.query(
    `select count(*)::int as ends from run_event where run_id = any($1) and type = 'RunCompleted'`,
    [[...many, ...some].map(runIdOf)],
  );
  expect(rows).toEqual([{ ends: many.length + some.length }]);
});

test('jobs that the version before had queued are used as tickets', async () => {
  const ann = await newAccount();
  const ids = await createTasks(ann, 25, {});
  await database.query(`delete from graphile_worker._private_jobs`);
  await database.query(
    `select graphile_worker.add_job('carry-out-run', json_build_object('runId', id), job_key => 'run:' || id,
       priority => -priority) from run where id = any($1)`,
    [ids.map(runIdOf)],
  );
  await deployment.startWorker();
  await allEnded(ids);
});
