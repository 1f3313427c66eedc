import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type Client, data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { runIdOf } from '../harness/lease.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { START } from '../orchestrations/orchestra.ts';
import { createWorkflow } from '../workflows/workflows.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, WORKER_CONCURRENCY: '20' } }),
);
const idle = fixture(() => startTestServer({ worker: false }));

interface Limits {
  max_concurrent_runs?: number | null;
  max_queued_runs?: number | null;
}

async function limit({ store }: TestServer, client: Client, limits: Limits): Promise<void> {
  for (const [column, value] of Object.entries(limits))
    await store.database.pool.query(`update app_user set ${column} = $2 where id = $1`, [
      ownerOf(client),
      value,
    ]);
}

const ownerOf = (client: Client) =>
  JSON.parse(Buffer.from(client.token!.split('.')[1]!, 'base64url').toString()).sub as string;

describe('a limit on concurrent runs', () => {
  let ann: Client;
  beforeEach(async () => {
    ann = await server.newUser();
  });

  const running = async () => {
    const { rows } = await server.store.database.pool.query(
      `select count(*)::int from run where owner_id = $1 and status = 'running'`,
      [ownerOf(ann)],
    );
    return rows[0].count as number;
  };

  const make = (count: number, model: string) =>
    Promise.all(Array.from({ length: count }, () => ann.createTask({ prompt: 'x', model })));

  /** The most tasks that ran at the same time. */
  async function mostAtOnce(ids: readonly string[]): Promise<number> {
    const { rows } = await server.store.database.pool.query<{ count: number }>(
      `select (select count(*)::int from task as other where other.id = any($1)
         and other.started_at <= task.started_at and other.completed_at > task.started_at) as count
       from task where id = any($1)`,
      [ids.map(runIdOf)],
    );
    return Math.max(...rows.map(({ count }) => count));
  }

  test('is kept, and all of them complete, each started by the end of another', async () => {
    await limit(server, ann, { max_concurrent_runs: 2 });
    const spy = vi.spyOn(server.store.database.pool, 'query');
    const ids = await make(12, 'gpt-4o@tokens=4,itl=20');
    await Promise.all(ids.map((id) => ann.events(id)));
    expect(await mostAtOnce(ids)).toBeLessThanOrEqual(2);
    const looks = spy.mock.calls.flatMap(([query], index) =>
      (query as { name?: string }).name === 'add-missing-tickets' ? [spy.mock.results[index]!.value] : [],
    );
    spy.mockRestore();
    const added = (await Promise.all(looks)).flatMap(({ rows }) => rows);
    // The sweep adds a few where it looks while a ticket is being used; without tickets from ends it would add ten.
    expect(added.length).toBeLessThan(5);
  });

  test('holds back no other account', async () => {
    await limit(server, ann, { max_concurrent_runs: 1 });
    await make(5, 'gpt-4o@fault=stall,at=1');
    await expect.poll(running).toBe(1);
    const bob = await server.newUser();
    // Ann's runs never end.
    const end = (await bob.events(await bob.createTask({ prompt: 'x', model: 'demo@tokens=1,itl=0' }))).at(
      -1,
    );
    expect(end).toMatchObject({ __typename: 'RunCompleted' });
    expect(await running()).toBe(1);
  });

  test('that is raised, or taken away, lets those start that it held', async () => {
    await limit(server, ann, { max_concurrent_runs: 1 });
    await make(8, 'gpt-4o@fault=stall,at=1');
    await expect.poll(running).toBe(1);
    await limit(server, ann, { max_concurrent_runs: 3 });
    await expect.poll(running, { timeout: 2_000 }).toBe(3);
    await limit(server, ann, { max_concurrent_runs: null });
    await expect.poll(running, { timeout: 2_000 }).toBe(8);
  });

  test('counts a run that is cancelled as ended', async () => {
    await limit(server, ann, { max_concurrent_runs: 1 });
    const [first] = await make(1, 'gpt-4o@fault=stall,at=1');
    await expect.poll(running).toBe(1);
    const next = await ann.createTask({ prompt: 'x', model: 'demo@tokens=1,itl=0' });
    await ann.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', { id: first });
    expect((await ann.events(next)).at(-1)).toMatchObject({ __typename: 'RunCompleted' });
  });

  test('does not keep an execution from going on: its own run is no work of a model', async () => {
    await limit(server, ann, { max_concurrent_runs: 1 });
    const steps = ['a', 'b', 'c'].map((key) => ({ key, model: 'demo@tokens=1,itl=0', task: 'x' }));
    const workflowId = await createWorkflow(ann, steps);
    const document = `mutation ($input: ExecuteWorkflowInput!) { executeWorkflow(input: $input) { execution { id } } }`;
    const { id } = data(await ann.query(document, { input: { workflowId } })).executeWorkflow.execution;
    const status = async () =>
      data(await ann.query('query ($id: ID!) { execution(id: $id) { status } }', { id })).execution.status;
    await expect.poll(status).toBe('COMPLETED');
  });
});

describe('a limit on queued runs', () => {
  let ann: Client;
  beforeEach(async () => {
    ann = await idle.newUser();
    await limit(idle, ann, { max_queued_runs: 10 });
  });

  const create = (input: object = {}) =>
    ann.query('mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }', {
      input: { prompt: 'x', model: 'demo', ...input },
    });

  const full = async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => create()));
    expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
  };

  const REFUSED = {
    message: 'the account has 10 queued runs, and its limit is 10; try again when some have started',
    extensions: { code: 'RATE_LIMITED', quota: 'queuedRuns', limit: 10, used: 10, retryAfter: 1 },
  };

  test('refuses what is beyond it, also of many requests at once, and leaves nothing of it', async () => {
    await full();
    const answers = await Promise.all(Array.from({ length: 20 }, () => create()));
    for (const { errors } of answers) expect(errors?.[0]).toMatchObject(REFUSED);
    const { rows } = await idle.store.database.pool.query(
      'select count(*)::int from run where owner_id = $1',
      [ownerOf(ann)],
    );
    expect(rows).toEqual([{ count: 10 }]);
  });

  test('takes more when some have left the queue', async () => {
    await full();
    const { rows } = await idle.store.database.pool.query<{ id: string }>(
      'select id from run where owner_id = $1 limit 1',
      [ownerOf(ann)],
    );
    const id = Buffer.from(`Task:${rows[0]!.id}`).toString('base64url');
    data(await ann.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', { id }));
    await expect.poll(async () => (await create()).errors).toBeUndefined();
  });

  test('lets held ones be made, and refuses to queue them', async () => {
    const held = data(await create({ hold: true })).createTask.task.id;
    await full();
    expect((await create({ hold: true })).errors).toBeUndefined();
    const answer = await ann.query(
      'mutation ($id: ID!) { executeTask(input: { id: $id }) { task { id } } }',
      {
        id: held,
      },
    );
    expect(answer.errors![0]).toMatchObject(REFUSED);
  });

  test('refuses executions and orchestrations alike', async () => {
    const workflowId = await createWorkflow(ann, [{ key: 'a', model: 'demo', task: 'x' }]);
    await full();
    const document = `mutation ($input: ExecuteWorkflowInput!) { executeWorkflow(input: $input) { execution { id } } }`;
    expect((await ann.query(document, { input: { workflowId } })).errors![0]).toMatchObject(REFUSED);
    const started = await ann.query(START, { input: { prompt: 'x', preferredModels: ['demo'] } });
    expect(started.errors![0]).toMatchObject(REFUSED);
  });

  test('is a 429 with Retry-After in the older APIs', async () => {
    await full();
    const response = await fetch(`${idle.url}/themachine/api/v1/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ann.token}` },
      body: JSON.stringify({ title: 'x', type: 'code', description: 'x', priority: 'medium' }),
    });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('1');
  });

  test('leaves others alone', async () => {
    await full();
    const bob = await idle.newUser();
    await bob.createTask({ prompt: 'x', model: 'demo' });
  });
});
