import { describe, expect, test } from 'vitest';
import { data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import {
  createWorkflow,
  EXECUTION_EVENTS,
  execute,
  execution,
  follow,
  step,
  tasksOf,
  types,
  waitForEvent,
} from './workflows.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

const quick = 'demo@tokens=1,itl=0';
const slow = 'gpt-4o@tokens=400,itl=50';

function move(name: string, id: string, more = '') {
  const shown = name === 'deleteExecution' ? 'deletedId' : 'execution { status attempt cancelReason }';
  return ann.query(`mutation { ${name}(input: { id: "${id}"${more} }) { ${shown} } }`);
}

const parallel = ['a', 'b', 'c'].map((key) => ({ key, model: slow, task: 'x' }));
const behind = { key: 'behind', model: quick, task: 'x', dependsOn: ['a'] };

describe('cancel', () => {
  test('ends all that runs of it before it answers; nothing is written or generated after', async () => {
    const id = await execute(ann, await createWorkflow(ann, [...parallel, behind]));
    const following = follow(ann, id);
    await vendor.waitFor(({ open }) => open === 3, 10_000);
    const answer = data(await move('cancelExecution', id, ', reason: "enough"'));
    expect(answer.cancelExecution.execution).toMatchObject({ status: 'CANCELLED', cancelReason: 'enough' });
    const lengths = async () => {
      const { rows } = await server.store.database.pool.query(
        'select sum(last_seq)::int as written from run',
      );
      return rows[0].written;
    };
    const before = await lengths();
    await vendor.waitFor(({ open }) => open === 0, 1_000);
    const events = await following;
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCancelled', reason: 'enough' });
    expect(await lengths()).toBe(before);
    const tasks = await tasksOf(ann, id);
    expect(tasks.map(({ status, cancelReason }) => [status, cancelReason])).toEqual(
      Array.from({ length: 3 }, () => ['CANCELLED', 'enough']),
    );
    const done = await execution(ann, id);
    expect(done.steps.map(({ status }: { status: string }) => status)).toEqual([
      ...['CANCELLED', 'CANCELLED', 'CANCELLED', 'PENDING'],
    ]);
  });

  test('may be asked for again; what ended otherwise is not cancelled', async () => {
    const id = await execute(ann, await createWorkflow(ann, parallel));
    data(await move('cancelExecution', id));
    expect(data(await move('cancelExecution', id)).cancelExecution.execution.status).toBe('CANCELLED');
    const done = await execute(ann, await createWorkflow(ann, [{ ...behind, dependsOn: [] }]));
    await follow(ann, done);
    expect(errorCode(await move('cancelExecution', done))).toBe('INVALID_STATE');
  });

  test('in the moment in which its steps end, it ends with all of its tasks in one of two ways', async () => {
    const steps = Array.from({ length: 6 }, (_, place) => ({ key: `s${place}`, model: quick, task: 'x' }));
    const last = { key: 'last', model: quick, task: 'x', dependsOn: steps.map(({ key }) => key) };
    const workflow = await createWorkflow(ann, [...steps, last]);
    for (let round = 0; round < 12; round += 1) {
      const id = await execute(ann, workflow);
      const following = follow(ann, id);
      await new Promise((resolve) => setTimeout(resolve, round * 12));
      await move('cancelExecution', id);
      const end = types(await following).at(-1);
      const { status } = await execution(ann, id);
      expect([end, status]).toEqual(
        status === 'CANCELLED' ? ['RunCancelled', 'CANCELLED'] : ['RunCompleted', 'COMPLETED'],
      );
      const open = (await tasksOf(ann, id)).filter(
        (task) => !['COMPLETED', 'CANCELLED'].includes(task.status),
      );
      expect(open).toEqual([]);
    }
  });
});

describe('retry', () => {
  test('goes on from where it was: what is done is kept, what failed is tried again', async () => {
    const failing = 'gpt-4o@tokens=2,fault=401,times=1,key=repair';
    const steps = [
      { key: 'good', model: quick, task: 'x' },
      { key: 'bad', model: failing, task: 'x', dependsOn: ['good'] },
      { key: 'after', model: quick, task: 'x', dependsOn: ['bad'] },
    ];
    const id = await execute(ann, await createWorkflow(ann, steps));
    const first = await follow(ann, id);
    expect(types(first).at(-1)).toBe('RunFailed');
    const { task: kept, endedAt } = step('good', await execution(ann, id));
    expect(data(await move('retryExecution', id)).retryExecution.execution).toMatchObject({ attempt: 2 });
    const events = await follow(ann, id, Number(first.at(-1)!.seq));
    expect(types(events).slice(0, 3)).toEqual(['CurrentState', 'RunQueued', 'StepTaskCreated']);
    const done = await execution(ann, id);
    expect(done).toMatchObject({ status: 'COMPLETED', attempt: 2, progress: 1, error: null });
    expect(step('good', done)).toMatchObject({ attempt: 1, task: kept, endedAt });
    expect(step('bad', done)).toMatchObject({ status: 'COMPLETED', attempt: 2, error: null });
    expect(await tasksOf(ann, id)).toHaveLength(4);
  });

  test('of a list, only the items that are not done', async () => {
    const model = 'gpt-4o@tokens=2,fault=401,times=1,key=one-item';
    const steps = [{ key: 'each', model, task: '{{ item }}', forEach: 'input.list', maxConcurrency: 1 }];
    const id = await execute(ann, await createWorkflow(ann, steps), { input: { list: ['x', 'y'] } });
    await follow(ann, id);
    expect(step('each', await execution(ann, id)).error).toMatchObject({
      message: expect.stringMatching(/^item 0: /),
    });
    data(await move('retryExecution', id));
    await follow(ann, id);
    const done = await execution(ann, id);
    expect(done.status).toBe('COMPLETED');
    expect((await tasksOf(ann, id)).map(({ prompt, status }) => `${prompt} ${status}`).toSorted()).toEqual([
      'x COMPLETED',
      'x FAILED',
      'y COMPLETED',
    ]);
  });

  test('an id that says it is a task moves no execution', async () => {
    const id = await execute(ann, await createWorkflow(ann, parallel));
    const local = Buffer.from(id, 'base64url').toString().replace('Execution:', 'Task:');
    const forged = Buffer.from(local).toString('base64url');
    for (const name of ['cancelTask', 'executeTask', 'retryTask', 'deleteTask']) {
      const shown = name === 'deleteTask' ? 'deletedId' : 'task { id }';
      const answer = await ann.query(`mutation { ${name}(input: { id: "${forged}" }) { ${shown} } }`);
      expect([name, errorCode(answer)]).toEqual([name, 'NOT_FOUND']);
    }
    const priority = await ann.query(
      `mutation { updateTaskPriority(input: { id: "${forged}", priority: 1 }) { task { id } } }`,
    );
    expect(errorCode(priority)).toBe('NOT_FOUND');
    expect(['RUNNING', 'QUEUED']).toContain((await execution(ann, id)).status);
    data(await move('cancelExecution', id));
  });

  test('only what has failed is retried', async () => {
    const id = await execute(ann, await createWorkflow(ann, parallel));
    expect(errorCode(await move('retryExecution', id))).toBe('INVALID_STATE');
    await move('cancelExecution', id);
    expect(errorCode(await move('retryExecution', id))).toBe('INVALID_STATE');
  });
});

describe('delete', () => {
  test('ends what runs, and leaves nothing of it behind', async () => {
    const id = await execute(ann, await createWorkflow(ann, parallel), {
      idempotencyKey: 'gone',
      costLimit: 1,
    });
    const following = follow(ann, id);
    await vendor.waitFor(({ open }) => open === 3, 10_000);
    const tasks = await tasksOf(ann, id);
    data(await move('deleteExecution', id));
    await vendor.waitFor(({ open }) => open === 0, 1_000);
    await following;
    expect(errorCode(await ann.query(`{ execution(id: "${id}") { id } }`))).toBe('NOT_FOUND');
    const { pool } = server.store.database;
    const local = [id, ...tasks.map((task) => task.id)].map(
      (global) => Buffer.from(global, 'base64url').toString().split(':')[1],
    );
    for (const [table, column] of [
      ...[
        ['run', 'id'],
        ['execution', 'id'],
        ['task', 'id'],
        ['run_event', 'run_id'],
        ['run_text', 'run_id'],
        ['model_call', 'run_id'],
      ],
      ...[
        ['budget', 'subject_id'],
        ['execution_step', 'execution_id'],
        ['idempotency_key', 'run_id'],
      ],
    ]) {
      const { rows } = await pool.query(`select from ${table} where ${column} = any($1::text[])`, [local]);
      expect([table, rows.length]).toEqual([table, 0]);
    }
  });
});

describe('costLimit', () => {
  test('is what all tasks of an execution may cost together', async () => {
    const steps = [
      { key: 'a', model: 'gpt-4o@tokens=300', task: 'x' },
      { key: 'b', model: 'gpt-4o@tokens=300', task: 'x', dependsOn: ['a'], retries: 3 },
    ];
    const id = await execute(ann, await createWorkflow(ann, steps), { costLimit: 0.005 });
    expect(types(await follow(ann, id)).at(-1)).toBe('RunFailed');
    const done = await execution(ann, id);
    expect(step('a', done).status).toBe('COMPLETED');
    expect(step('b', done)).toMatchObject({ attempt: 1, error: { code: 'BUDGET_EXCEEDED' } });
    const answer = await ann.query(`{ execution(id: "${id}") { cost budget { limit spent reserved } } }`);
    const { cost, budget } = data(answer).execution;
    expect(budget).toEqual({ limit: 0.005, spent: cost, reserved: 0 });
    expect(cost).toBeGreaterThan(0.003);
  });
});

describe('idempotency', () => {
  test('equal requests with one key make one execution, also at the same time; another is a CONFLICT', async () => {
    const workflowId = await createWorkflow(ann, [{ ...behind, dependsOn: [] }]);
    const ask = () => execute(ann, workflowId, { input: { x: 1 }, idempotencyKey: 'k' });
    const ids = await Promise.all(Array.from({ length: 10 }, ask));
    expect(new Set(ids).size).toBe(1);
    const other = await ann.query(
      `mutation { executeWorkflow(input: { workflowId: "${workflowId}", idempotencyKey: "k" }) { execution { id } } }`,
    );
    expect(errorCode(other)).toBe('CONFLICT');
  });
});

describe('events', () => {
  test('whoever comes back with the last seq misses nothing and sees nothing twice', async () => {
    const steps = [
      { key: 'a', model: quick, task: 'x' },
      { key: 'b', model: quick, task: 'x', dependsOn: ['a'] },
    ];
    const id = await execute(ann, await createWorkflow(ann, steps));
    const seen: number[] = [];
    for (let after = 0; ; after = seen.at(-1)!) {
      const before = seen.length;
      let taken = 0;
      for await (const payload of ann.subscribe(EXECUTION_EVENTS, { id, after })) {
        const { seq } = data(payload).executionEvents;
        if (seq === 0) continue;
        seen.push(seq);
        taken += 1;
        if (taken === 3) break;
      }
      if (seen.length === before) break;
    }
    expect(seen).toEqual(seen.map((_, place) => place + 1));
    expect(seen.length).toBeGreaterThan(8);
  });

  test('a place beyond the log is refused', async () => {
    const id = await execute(ann, await createWorkflow(ann, [{ ...behind, dependsOn: [] }]));
    await follow(ann, id);
    const subscription = ann.subscribe(EXECUTION_EVENTS, { id, after: 1_000 });
    expect(errorCode((await subscription.next()).value)).toBe('BAD_CURSOR');
    await subscription.return(undefined);
  });

  test('the feed of an account tells of them, and of their tasks', async () => {
    const document = `subscription { activity { taskId executionId execution { id } event { __typename ... on RunCompleted { result } } } }`;
    const feed = ann.subscribe(document);
    await feed.next();
    const id = await execute(ann, await createWorkflow(ann, [{ ...behind, dependsOn: [] }]));
    const told: string[] = [];
    for await (const payload of feed) {
      const { taskId, executionId, execution: of, event } = data(payload).activity;
      if (of) expect([of.id, executionId, taskId]).toEqual([id, id, null]);
      else expect(executionId).toBeNull();
      told.push(`${of ? 'execution' : 'task'} ${event.__typename}`);
      if (of && event.__typename === 'RunCompleted') break;
    }
    expect(told).toEqual(
      expect.arrayContaining(['execution RunCreated', 'task RunCreated', 'task RunCompleted']),
    );
  });

  test('a task that an event names can be followed', async () => {
    const id = await execute(ann, await createWorkflow(ann, [{ ...behind, dependsOn: [] }]));
    const { taskId } = await waitForEvent(ann, id, ({ __typename: type }) => type === 'StepTaskCreated');
    expect((await ann.events(String(taskId))).at(-1)).toMatchObject({ __typename: 'RunCompleted' });
  });
});

test('many at once all end, and each step of each has one task', async () => {
  const steps = [
    { key: 'a', model: quick, task: 'x' },
    { key: 'b', model: quick, task: 'x' },
    { key: 'c', model: quick, task: 'x', dependsOn: ['a', 'b'] },
    { key: 'each', model: quick, task: '{{ item }}', forEach: 'input.list', dependsOn: ['c'] },
  ];
  const workflow = await createWorkflow(ann, steps);
  const input = { list: [1, 2, 3, 4] };
  const ids = await Promise.all(Array.from({ length: 15 }, () => execute(ann, workflow, { input })));
  const ends = await Promise.all(ids.map(async (id) => types(await follow(ann, id)).at(-1)));
  expect(new Set(ends)).toEqual(new Set(['RunCompleted']));
  for (const id of ids) expect(await tasksOf(ann, id)).toHaveLength(7);
});
