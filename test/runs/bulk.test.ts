import { beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { startWorker } from '../../src/worker.ts';
import { type Client, data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { carryOut, createWorkflow, execute, tasksOf, waitForEvent } from '../workflows/workflows.ts';
import { bulk, ended, fill, type Given, request, runOf, statuses } from './bulk.ts';

const server = fixture(() => startTestServer());
/** Without a worker. */
const still = fixture(() => startTestServer({ worker: false }));
let ann: Client;
let bob: Client;
beforeEach(async () => {
  ann = await server.newUser();
  bob = await still.newUser();
});

const cancel = (client: Client, input: Given) => ended(client, bulk(client, 'cancelRuns', input));
const retry = (client: Client, input: Given) => ended(client, bulk(client, 'retryRuns', input));
const remove = (client: Client, input: Given) => ended(client, bulk(client, 'deleteRuns', input));
const held = (tags: string[] = []) => ann.createTask({ prompt: 'x', model: 'demo', hold: true, tags });
const failed = async () => {
  const id = await held();
  data(await ann.query(`mutation { endTask(input: { id: "${id}", status: FAILED }) { task { id } } }`));
  return id;
};

describe('given runs to be cancelled', () => {
  test('then those that a filter selects are, of every kind, and no others', async () => {
    const wanted = [await held(['a', 'b']), await held(['a'])];
    const other = await held(['b']);
    const result = await cancel(ann, { filter: { tags: ['a'] }, reason: 'enough' });
    expect(result).toMatchObject({
      __typename: 'BulkOperation',
      status: 'COMPLETED',
      action: 'CANCEL',
      progress: 1,
      ...{ matched: 2, done: 2, skipped: 0, failed: 0, examples: [] },
    });
    expect(await statuses(ann, [...wanted, other])).toEqual(['CANCELLED', 'CANCELLED', 'PENDING']);
    expect(await runOf(ann, wanted[0]!)).toMatchObject({ cancelReason: 'enough' });
  });

  test('then executions are with their parts, and what is running stops', async () => {
    const workflow = await createWorkflow(ann, [{ key: 'a', task: 'x', model: 'demo@tokens=4000,itl=50' }]);
    const execution = await execute(ann, workflow);
    await waitForEvent(ann, execution, ({ __typename: type }) => type === 'StepTaskCreated');
    const tokens = await ann.createTask({ prompt: 'x', model: 'demo@tokens=4000,itl=50' });
    const text = ann.subscribe(`subscription { tokens(taskId: "${tokens}") }`);
    await text.next();
    await text.return(undefined);
    expect(await cancel(ann, { all: true })).toMatchObject({ matched: 2, done: 2 });
    expect(await statuses(ann, [execution, tokens])).toEqual(['CANCELLED', 'CANCELLED']);
    const parts = await tasksOf(ann, execution);
    expect(parts).toHaveLength(1);
    for (const part of parts) expect(part.status).toBe('CANCELLED');
  });

  test('then those that have ended, or are not there, are skipped with a reason', async () => {
    const [open, done, gone, foreign] = [
      await held(),
      await failed(),
      await held(),
      await (await server.newUser()).createTask({ prompt: 'x', model: 'demo', hold: true }),
    ];
    data(await ann.query(`mutation { deleteRun(input: { id: "${gone}" }) { deletedId } }`));
    const result = await cancel(ann, { ids: [open, done, gone, foreign, open] });
    expect(result).toMatchObject({ matched: 4, done: 1, skipped: 3, failed: 0 });
    expect(result.examples).toEqual([
      {
        runId: done,
        exception: 'SKIPPED',
        code: 'INVALID_STATE',
        message: 'it is failed and has already ended',
      },
      { runId: foreign, exception: 'SKIPPED', code: 'NOT_FOUND', message: 'it does not exist any more' },
      { runId: gone, exception: 'SKIPPED', code: 'NOT_FOUND', message: 'it does not exist any more' },
    ]);
  });

  test('then dependents that are cancelled as well do not fail', async () => {
    const first = await held();
    const second = await ann.createTask({ prompt: 'x', model: 'demo', dependsOn: [first] });
    expect(await cancel(ann, { filter: { kinds: ['TASK'] } })).toMatchObject({ done: 2, skipped: 0 });
    expect(await statuses(ann, [first, second])).toEqual(['CANCELLED', 'CANCELLED']);
  });
});

describe('given failed runs to be retried', () => {
  test('then they are queued again, and others are skipped', async () => {
    const wanted = [await failed(), await failed()];
    const other = await held();
    const { id } = await carryOut(ann, [{ key: 'a', model: 'demo', task: 'x', responseSchema: { not: {} } }]);
    const result = await retry(ann, { ids: [...wanted, other, id] });
    expect(result).toMatchObject({ action: 'RETRY', matched: 4, done: 3, skipped: 1, failed: 0 });
    expect(result.examples).toMatchObject([{ runId: other, code: 'INVALID_STATE' }]);
    await Promise.all(wanted.map((task) => ann.events(task)));
    expect(await statuses(ann, wanted)).toEqual(['COMPLETED', 'COMPLETED']);
  });

  test('then those beyond the limit of queued runs fail with its code, and can be retried later', async () => {
    const ids = await fill(still.store.database.pool, bob, 30, 'failed');
    await still.store.database.pool.query('update app_user set max_queued_runs = 10');
    const { id } = await request(bob, 'retryRuns', { filter: { statuses: ['FAILED'] } });
    await withWorker(async () => {
      const result = await ended(bob, Promise.resolve({ id }));
      expect(result.matched).toBe(30);
      expect(result.done).toBeGreaterThan(0);
      expect(result.done + result.failed).toBe(30);
      for (const example of result.examples)
        expect(example).toMatchObject({ exception: 'FAILED', code: 'RATE_LIMITED' });
    });
    expect(ids).toHaveLength(30);
    await still.store.database.pool.query('update app_user set max_queued_runs = null');
  });
});

async function withWorker(work: () => Promise<void>): Promise<void> {
  const urls = { url: still.databaseUrl, directUrl: still.databaseUrl };
  const worker = await startWorker(still.config, createLog('silent'), still.store, urls, still.metrics);
  try {
    await work();
  } finally {
    await worker.stop();
  }
}

describe('given runs to be deleted', () => {
  test('then they are with their parts, also unfinished ones, and the feeds are told', async () => {
    const { id } = await carryOut(ann, [{ key: 'a', model: 'demo@tokens=1,itl=0', task: 'x' }]);
    const open = await held();
    const feed = ann.subscribe('subscription { activity { change { type nodeId } } }');
    await feed.next();
    const deleted = new Set<string>();
    const result = remove(ann, { all: true });
    for await (const payload of feed) {
      const { change } = data(payload).activity;
      if (change?.type === 'DELETED') deleted.add(change.nodeId);
      if (deleted.has(id) && deleted.has(open)) break;
    }
    expect(await result).toMatchObject({ action: 'DELETE', matched: 2, done: 2, skipped: 0 });
    const listed = data(await ann.query('{ runs { totalCount nodes { __typename } } tasks { totalCount } }'));
    expect(listed).toEqual({
      runs: { totalCount: 1, nodes: [{ __typename: 'BulkOperation' }] },
      tasks: { totalCount: 0 },
    });
  });

  test('then a part of an execution is skipped', async () => {
    const { id } = await carryOut(ann, [{ key: 'a', model: 'demo@tokens=1,itl=0', task: 'x' }]);
    const { rows } = await server.store.database.pool.query(
      'select part.id from run as part where parent_id is not null and owner_id = (select owner_id from run where id = $1)',
      [Buffer.from(id, 'base64url').toString().split(':')[1]],
    );
    const part = Buffer.from(`Task:${rows[0].id}`).toString('base64url');
    const result = await remove(ann, { ids: [part] });
    expect(result).toMatchObject({ done: 0, skipped: 1, examples: [{ runId: part, code: 'INVALID_STATE' }] });
  });

  test('then its own run can be deleted like any other, and is never selected by another', async () => {
    await held();
    const first = await cancel(ann, { all: true });
    expect(await remove(ann, { all: true })).toMatchObject({ matched: 1, done: 1 });
    expect(await statuses(ann, [first.id])).toEqual(['COMPLETED']);
    data(await ann.query(`mutation { deleteRun(input: { id: "${first.id}" }) { deletedId } }`));
    expect((await ann.query(`{ run(id: "${first.id}") { id } }`)).errors?.[0]?.extensions.code).toBe(
      'NOT_FOUND',
    );
  });
});

describe('given a request for many runs', () => {
  test.each([
    [{}, 'input: must have exactly one of ids, filter and all: true'],
    [{ all: false }, 'input: must have exactly one of ids, filter and all: true'],
    [{ all: true, filter: { tags: ['a'] } }, 'input: must have exactly one of ids, filter and all: true'],
    [
      { filter: {} },
      'input.filter: must select something; for every run, give all: true instead of a filter',
    ],
    [{ filter: { createdAt: { from: null }, tags: null } }, 'input.filter: must select something'],
    [{ filter: { kinds: ['BULK'] } }, 'input.filter.kinds: must not have BULK'],
    [{ filter: { text: '' } }, 'input.filter.text: must not be empty'],
    [{ ids: [] }, 'input.ids: must have 1 to 1000 runs'],
    [{ ids: ['QnVsa09wZXJhdGlvbjph'] }, 'input.ids.0: must not be a bulk operation'],
    [{ ids: ['VGFzazph', 'x'] }, 'input.ids.1: there is no such run'],
  ])('then %j is refused', async (input, message) => {
    const answer = await ann.query(
      'mutation ($input: DeleteRunsInput!) { deleteRuns(input: $input) { bulkOperation { id } } }',
      { input },
    );
    expect(answer.errors?.[0]?.message).toContain(message);
  });

  test('then a repeated one with its key is the same, and another one with it is refused', async () => {
    const input = { all: true, idempotencyKey: 'k' };
    const [one, other] = await Promise.all([
      request(bob, 'cancelRuns', input),
      request(bob, 'cancelRuns', input),
    ]);
    expect(other.id).toBe(one.id);
    await expect(request(bob, 'deleteRuns', input)).rejects.toThrow('was used before');
  });

  test('then only runs are selected that existed when it was asked', async () => {
    const [before] = await fill(still.store.database.pool, bob, 1);
    const { id } = await request(bob, 'cancelRuns', { all: true });
    const [after] = await fill(still.store.database.pool, bob, 1);
    expect(await runOf(bob, id)).toMatchObject({
      status: 'QUEUED',
      matched: null,
      progress: 0,
      priority: 11,
    });
    await withWorker(async () => {
      expect(await ended(bob, Promise.resolve({ id }))).toMatchObject({ matched: 1, done: 1 });
    });
    expect(await statuses(bob, [before!, after!])).toEqual(['CANCELLED', 'PENDING']);
  });

  test('then it is in the audit log, and its log says how far it is', async () => {
    await fill(server.store.database.pool, ann, 120);
    const { id } = await cancel(ann, { all: true });
    const { rows } = await server.store.database.pool.query(
      'select action from audit_entry where subject = $1',
      [id],
    );
    expect(rows).toEqual([{ action: 'runs_cancelled' }]);
    const events = data(
      await ann.query(
        `query ($id: ID!) { run(id: $id) { events { nodes { __typename
        ... on RunCreated { runKind } ... on ProgressMade { progress } ... on RunCompleted { result } } } } }`,
        { id },
      ),
    ).run.events.nodes;
    expect(events).toEqual([
      { __typename: 'RunCreated', runKind: 'BULK' },
      { __typename: 'RunStarted' },
      { __typename: 'ProgressMade', progress: 50 / 120 },
      { __typename: 'ProgressMade', progress: 100 / 120 },
      { __typename: 'ProgressMade', progress: 1 },
      { __typename: 'ProgressMade', progress: 1 },
      { __typename: 'RunCompleted', result: { matched: 120, done: 120, skipped: 0, failed: 0 } },
    ]);
  });

  test('then it starts although its account may run nothing more, and costs no place', async () => {
    await server.store.database.pool.query(
      `update app_user set max_concurrent_runs = 1 where id = (select owner_id from api_key limit 1)
       or email = (select email from app_user order by created_at desc limit 1)`,
    );
    const running = await ann.createTask({ prompt: 'x', model: 'demo@tokens=4000,itl=50' });
    const text = ann.subscribe(`subscription { tokens(taskId: "${running}") }`);
    await text.next();
    await text.return(undefined);
    expect(await cancel(ann, { all: true })).toMatchObject({ done: 1 });
  });
});
