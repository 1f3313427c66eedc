import { describe, expect, test } from 'vitest';
import { data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import {
  carryOut,
  createWorkflow,
  type ExecutionEvent,
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

const echo = 'gpt-4o@echo=1';
const slow = 'gpt-4o@tokens=200,itl=50';

const diamond = [
  { key: 'read', name: 'Read', model: echo, task: 'Read {{ input.what }}' },
  { key: 'left', model: echo, task: 'L({{ steps.read.output }})', dependsOn: ['read'] },
  { key: 'right', model: echo, task: 'R({{ steps.read.output }})', dependsOn: ['read'] },
  {
    key: 'join',
    model: echo,
    task: '{{ steps.left.output }} + {{ steps.right.output }}, {{ parameters.mood }}',
    dependsOn: ['left', 'right'],
  },
];

const of = (type: string, events: ExecutionEvent[]) => events.filter((event) => event.__typename === type);

test('an execution fills its steps in with what came before, and tells all of it', async () => {
  const more = { input: { what: 'this' }, parameters: { mood: 'gladly' } };
  const { events, ...done } = await carryOut(ann, diamond, more);
  const output = 'L(Read this) + R(Read this), gladly';
  const steps = { read: 'Read this', left: 'L(Read this)', right: 'R(Read this)', join: output };
  expect(done).toMatchObject({
    status: 'COMPLETED',
    progress: 1,
    attempt: 1,
    trigger: 'REQUEST',
    workflowVersion: 1,
    result: { output, steps },
    error: null,
  });
  expect(done.steps.map(({ key, name, status }: Record<string, unknown>) => [key, name, status])).toEqual([
    ['read', 'Read', 'COMPLETED'],
    ['left', 'left', 'COMPLETED'],
    ['right', 'right', 'COMPLETED'],
    ['join', 'join', 'COMPLETED'],
  ]);
  expect(step('join', done)).toMatchObject({ attempt: 1, output, task: { status: 'COMPLETED' } });
  expect(events.map(({ seq }: ExecutionEvent) => seq)).toEqual(events.map((_: unknown, seq: number) => seq));
  expect(types(events).slice(0, 5)).toEqual([
    'CurrentState',
    'RunCreated',
    'RunStarted',
    'StepStarted',
    'StepTaskCreated',
  ]);
  expect(types(events).slice(-3)).toEqual(['StepCompleted', 'ProgressMade', 'RunCompleted']);
  const progress = of('ProgressMade', events).map((event) => Number(event.progress));
  expect(progress).toEqual(progress.toSorted((one, other) => one - other));
  expect(progress.at(-1)).toBe(1);
  expect(of('RunCompleted', events)[0]).toMatchObject({ result: { output, steps } });
});

test('what it cost is the sum of its tasks, which are in no list but its own', async () => {
  const done = await carryOut(ann, diamond, { input: { what: 'x' }, parameters: { mood: 'y' } });
  const tasks = await tasksOf(ann, done.id);
  expect(tasks).toHaveLength(4);
  const costs = await Promise.all(tasks.map(async ({ id }) => (await ann.task(id)).cost));
  expect(costs.every((cost) => cost > 0)).toBe(true);
  expect(done.cost).toBeCloseTo(costs.reduce((sum, cost) => sum + cost));
  expect(done.costComplete).toBe(true);
  const all = data(await ann.query('{ tasks(first: 100) { nodes { id } } }')).tasks.nodes;
  const ids = tasks.map(({ id }) => id);
  expect(all.filter(({ id }: { id: string }) => ids.includes(id))).toEqual([]);
});

test('steps that wait for nothing run at the same time', async () => {
  const steps = ['a', 'b', 'c'].map((key) => ({ key, model: slow, task: 'x' }));
  const id = await execute(ann, await createWorkflow(ann, steps));
  await vendor.waitFor(({ open }) => open === 3, 10_000);
  expect(await execution(ann, id)).toMatchObject({ status: 'RUNNING', progress: 0 });
  const answer = await ann.query(
    `mutation { cancelExecution(input: { id: "${id}" }) { execution { status } } }`,
  );
  expect(data(answer).cancelExecution.execution.status).toBe('CANCELLED');
  await vendor.waitFor(({ open }) => open === 0, 2_000);
});

describe('conditions', () => {
  const choice = (key: string, condition: string) => ({
    key,
    model: echo,
    task: key,
    dependsOn: ['check'],
    condition,
  });
  const steps = [
    { key: 'check', model: echo, task: 'it is {{ input.colour }}' },
    choice('yes', 'steps.check.output contains "red"'),
    choice('no', 'steps.check.output contains "blue"'),
    choice('unset', 'input.unset'),
    {
      key: 'last',
      model: echo,
      task: '[{{ steps.yes.output }}][{{ steps.no.output }}]',
      dependsOn: ['yes', 'no'],
    },
  ];

  test('a step whose condition does not hold is skipped; what waits for it goes on and reads null', async () => {
    const done = await carryOut(ann, steps, { input: { colour: 'red' } });
    const status = Object.fromEntries(
      done.steps.map((one: Record<string, unknown>) => [one.key, one.status]),
    );
    expect(status).toMatchObject({ yes: 'COMPLETED', no: 'SKIPPED', unset: 'SKIPPED', last: 'COMPLETED' });
    expect(step('no', done)).toMatchObject({ attempt: 0, output: null, task: null, startedAt: null });
    expect(done).toMatchObject({ status: 'COMPLETED', progress: 1 });
    expect(done.result.output).toEqual({ last: '[yes][]', unset: null });
    expect(of('StepSkipped', done.events).map(({ stepKey }) => stepKey)).toEqual(['no', 'unset']);
  });

  test('an execution all of whose steps are skipped has completed', async () => {
    const done = await carryOut(ann, [{ key: 'only', model: echo, task: 'x', condition: 'input.go' }]);
    expect(done).toMatchObject({ status: 'COMPLETED', progress: 1, result: { output: null } });
    expect(await tasksOf(ann, done.id)).toEqual([]);
  });
});

describe('lists', () => {
  test('a step over a list has a task for each item, no more at once than it says', async () => {
    const steps = [
      {
        key: 'each',
        model: 'gpt-4o@tokens=3,ttft=150',
        task: '{{ index }}: {{ item.name }} of {{ input.all }}',
        forEach: 'input.files',
        maxConcurrency: 3,
      },
    ];
    const files = Array.from({ length: 8 }, (_, place) => ({ name: `f${place}` }));
    const running = carryOut(ann, steps, { input: { files, all: 'all' } });
    let most = 0;
    const watching = setInterval(() => (most = Math.max(most, vendor.stats().open)), 5);
    const done = await running;
    clearInterval(watching);
    expect(most).toBe(3);
    expect(done.result.output).toHaveLength(8);
    const prompts = (await tasksOf(ann, done.id)).map(({ prompt }) => prompt);
    expect(prompts.toSorted()).toEqual(files.map(({ name }, place) => `${place}: ${name} of all`));
    expect(of('StepTaskCreated', done.events).map(({ item }) => item)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(of('StepStarted', done.events)).toHaveLength(1);
  });

  test('its output is the list of theirs, in its order, for the steps after it', async () => {
    const steps = [
      {
        key: 'each',
        model: echo,
        task: 'i{{ item }}',
        forEach: 'input.text | split: ","',
        maxConcurrency: 50,
      },
      { key: 'sum', model: echo, task: '{{ steps.each.output | join: "+" }}', dependsOn: ['each'] },
    ];
    const done = await carryOut(ann, steps, { input: { text: 'a,b,c,d,e,f' } });
    expect(done.result.output).toBe('ia+ib+ic+id+ie+if');
    expect(step('each', done)).toMatchObject({ output: ['ia', 'ib', 'ic', 'id', 'ie', 'if'], task: null });
  });

  test('the JSON of a step is a list that the next is over', async () => {
    const plan = 'gpt-4o@key=plan';
    vendor.scripts.set(plan, [{ text: '{"files": ["x", "y"]}' }]);
    const steps = [
      { key: 'plan', model: plan, task: 'plan', responseSchema: { type: 'object', required: ['files'] } },
      {
        key: 'each',
        model: echo,
        task: 'do {{ item }}',
        forEach: 'steps.plan.data.files',
        dependsOn: ['plan'],
      },
    ];
    const done = await carryOut(ann, steps);
    expect(step('plan', done).data).toEqual({ files: ['x', 'y'] });
    expect(done.result.output).toEqual(['do x', 'do y']);
  });

  test('an empty list is done at once', async () => {
    const steps = [
      { key: 'each', model: echo, task: 'x', forEach: 'input.none' },
      { key: 'after', model: echo, task: 'n={{ steps.each.output | size }}', dependsOn: ['each'] },
    ];
    const done = await carryOut(ann, steps, { input: { none: [] } });
    expect(step('each', done)).toMatchObject({ status: 'COMPLETED', output: [] });
    expect(done.result.output).toBe('n=0');
  });

  test.each([
    ['what is no list', { list: 'text' }, 'input.list must be a list, but is a string'],
    ['what is not there', {}, 'undefined variable: input.list'],
    ['more than 1000 items', { list: Array.from({ length: 1001 }, () => 1) }, 'more than 1000'],
  ])('%s fails the step', async (_what, input, message) => {
    const done = await carryOut(ann, [{ key: 'each', model: echo, task: 'x', forEach: 'input.list' }], {
      input,
    });
    expect(done).toMatchObject({ status: 'FAILED', error: { code: 'STEP_FAILED' } });
    expect(step('each', done)).toMatchObject({ status: 'FAILED', error: { code: 'TEMPLATE_FAILED' } });
    expect(done.error.message).toContain(message);
  });
});

describe('failures', () => {
  test('a failed task is tried again after a wait, and that wait doubles', async () => {
    const model = 'gpt-4o@tokens=2,fault=401,times=2,key=again';
    const done = await carryOut(ann, [{ key: 'a', model, task: 'x', retries: 2, retryDelaySeconds: 1 }]);
    expect(done.status).toBe('COMPLETED');
    expect(step('a', done).attempt).toBe(3);
    const tries = of('StepTaskCreated', done.events);
    expect(
      tries.map(({ stepAttempt, after }) => [stepAttempt, (after as { code: string } | null)?.code]),
    ).toEqual([
      [1, undefined],
      [2, 'PROVIDER_AUTH'],
      [3, 'PROVIDER_AUTH'],
    ]);
    const at = tries.map((event) => Date.parse(String(event.at)));
    expect(at[1]! - at[0]!).toBeGreaterThan(990);
    expect(at[1]! - at[0]!).toBeLessThan(2_000);
    expect(at[2]! - at[1]!).toBeGreaterThan(1_990);
    expect(await tasksOf(ann, done.id)).toHaveLength(3);
  });

  test('when its tries are used up the execution fails; what ran is done, nothing new begins', async () => {
    const steps = [
      { key: 'bad', name: 'Bad', model: 'gpt-4o@fault=401', task: 'x' },
      { key: 'good', model: 'gpt-4o@tokens=3,ttft=600', task: 'x' },
      { key: 'behind', model: echo, task: 'x', dependsOn: ['good'] },
      { key: 'never', model: echo, task: 'x', dependsOn: ['bad'] },
    ];
    const done = await carryOut(ann, steps);
    expect(done).toMatchObject({ status: 'FAILED', progress: 0.25, result: null });
    expect(done.error).toMatchObject({ code: 'STEP_FAILED', message: expect.stringMatching(/^step bad: /) });
    expect(done.steps.map(({ status }: { status: string }) => status)).toEqual([
      'FAILED',
      'COMPLETED',
      'PENDING',
      'PENDING',
    ]);
    expect(step('bad', done).error.code).toBe('PROVIDER_AUTH');
    expect(types(done.events).at(-1)).toBe('RunFailed');
  });

  test('a text that cannot be filled in fails its step with what is wrong', async () => {
    const done = await carryOut(ann, [{ key: 'a', model: echo, task: '{{ input.there.not }}', retries: 3 }]);
    expect(step('a', done).error).toEqual({
      code: 'TEMPLATE_FAILED',
      message: expect.stringContaining('undefined variable: input.there'),
    });
    expect(await tasksOf(ann, done.id)).toEqual([]);
  });

  test('a task that somebody cancels fails its step, and is not tried again', async () => {
    const id = await execute(
      ann,
      await createWorkflow(ann, [{ key: 'a', model: slow, task: 'x', retries: 3 }]),
    );
    const { taskId } = await waitForEvent(ann, id, ({ __typename: type }) => type === 'StepTaskCreated');
    await ann.query(`mutation { cancelTask(input: { id: "${taskId}", reason: "enough" }) { task { id } } }`);
    await follow(ann, id);
    const done = await execution(ann, id);
    expect(step('a', done).error).toMatchObject({
      code: 'TASK_CANCELLED',
      message: expect.stringContaining('enough'),
    });
    expect(await tasksOf(ann, id)).toHaveLength(1);
  });

  test('the task of a step is not deleted or retried by itself', async () => {
    const done = await carryOut(ann, [{ key: 'a', model: 'gpt-4o@fault=401', task: 'x' }]);
    const { id } = step('a', done).task;
    expect(errorCode(await ann.query(`mutation { retryTask(input: { id: "${id}" }) { task { id } } }`))).toBe(
      'INVALID_STATE',
    );
    expect(errorCode(await ann.query(`mutation { deleteTask(input: { id: "${id}" }) { deletedId } }`))).toBe(
      'INVALID_STATE',
    );
  });
});

describe('time limits', () => {
  test('a task that takes longer than its step allows is cancelled, and tried again', async () => {
    const steps = [{ key: 'a', model: slow, task: 'x', timeoutSeconds: 1, retries: 1, retryDelaySeconds: 1 }];
    const done = await carryOut(ann, steps);
    expect(step('a', done)).toMatchObject({
      status: 'FAILED',
      attempt: 2,
      error: { code: 'TIME_LIMIT_REACHED' },
    });
    expect((await tasksOf(ann, done.id)).map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED']);
    await vendor.waitFor(({ open }) => open === 0, 2_000);
  });

  test('an execution that takes longer than it may fails, with all that runs of it', async () => {
    const steps = [
      { key: 'a', model: slow, task: 'x' },
      { key: 'b', model: slow, task: 'x' },
    ];
    const done = await carryOut(ann, steps, { timeoutSeconds: 1 });
    expect(done).toMatchObject({ status: 'FAILED', error: { code: 'TIME_LIMIT_REACHED' } });
    expect(done.steps.map(({ status }: { status: string }) => status)).toEqual(['CANCELLED', 'CANCELLED']);
    expect((await tasksOf(ann, done.id)).map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED']);
    await vendor.waitFor(({ open }) => open === 0, 2_000);
  });
});
