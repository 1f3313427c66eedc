import { describe, expect, test } from 'vitest';
import { type Client, data, errorCode, type TaskEvent } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { start } from '../orchestrations/orchestra.ts';
import { createWorkflow, execute } from '../workflows/workflows.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());
const bob = fixture(() => server.newUser());

const QUICK = 'demo@tokens=1,itl=0';
const FAILING = 'gpt-4o@fault=401';
const SLOW = 'demo@tokens=5000,itl=20';

const KINDS = [
  { kind: 'TASK', type: 'Task', create: (model: string) => ann.createTask({ prompt: 'x', model }) },
  {
    kind: 'EXECUTION',
    type: 'Execution',
    create: async (model: string) =>
      execute(ann, await createWorkflow(ann, [{ key: 'a', model, task: 'x' }])),
  },
  {
    kind: 'ORCHESTRATION',
    type: 'Orchestration',
    // One that fails asks up to five models.
    create: (model: string) =>
      start(ann, {
        preferredModels: model === FAILING ? [1, 2, 3, 4, 5].map((n) => `${model},key=${n}`) : [model],
        maxIterations: 1,
      }),
  },
];

const RUN = `query ($id: ID!) { run(id: $id) { __typename id status progress cost costComplete attempt lastSeq
  usage { outputTokens } endedAt error { code } } }`;
const EVENTS = `subscription ($id: ID!, $after: Int) { runEvents(runId: $id, after: $after) {
  __typename seq ... on CurrentState { run { __typename id status } task { id } execution { id } orchestration { id } } } }`;

async function eventsOf(id: string, after = 0): Promise<TaskEvent[]> {
  const events: TaskEvent[] = [];
  for await (const payload of ann.subscribe(EVENTS, { id, after })) events.push(data(payload).runEvents);
  return events;
}

const change = (client: Client, name: string, id: string, more = '') =>
  client.query(
    `mutation { ${name}(input: { id: "${id}"${more} }) { ${name === 'deleteRun' ? 'deletedId' : 'run { __typename id status cancelReason }'} } }`,
  );

describe.each(KINDS)('$kind', ({ type, create }) => {
  const field = type.toLowerCase();

  test('is followed to its end, and found as a run', async () => {
    const id = await create(QUICK);
    const [state, ...log] = await eventsOf(id);
    expect(state).toMatchObject({ __typename: 'CurrentState', seq: 0, run: { __typename: type, id } });
    const asKind = { task: null, execution: null, orchestration: null, [field]: { id } };
    expect(state).toMatchObject(asKind);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(log[0]!.__typename).toBe('RunCreated');
    expect(log.at(-1)!.__typename).toBe('RunCompleted');
    const { run } = data(await ann.query(RUN, { id }));
    expect(run).toMatchObject({ __typename: type, id, status: 'COMPLETED', progress: 1, error: null });
    expect(run).toMatchObject({ lastSeq: log.length, costComplete: true, endedAt: expect.any(String) });
    expect(run.endedAt).not.toBeNull();
    expect(run.usage.outputTokens).toBeGreaterThan(0);
    expect(await eventsOf(id, log.length)).toHaveLength(1);
  });

  test('is cancelled, again without an error, and then cannot be retried', async () => {
    const id = await create(SLOW);
    const first = data(await change(ann, 'cancelRun', id, ', reason: "enough"')).cancelRun.run;
    expect(first).toEqual({ __typename: type, id, status: 'CANCELLED', cancelReason: 'enough' });
    expect(data(await change(ann, 'cancelRun', id)).cancelRun.run.status).toBe('CANCELLED');
    const retry = await change(ann, 'retryRun', id);
    expect(errorCode(retry)).toBe('INVALID_STATE');
    expect(retry.errors![0]!.message).toContain(`the ${field} is cancelled`);
  });

  test('once it has failed, is retried', async () => {
    const id = await create(FAILING);
    await eventsOf(id);
    expect(data(await ann.query(RUN, { id })).run.status).toBe('FAILED');
    const { run } = data(await change(ann, 'retryRun', id)).retryRun;
    expect(run).toMatchObject({ __typename: type, id });
    expect(['QUEUED', 'RUNNING', 'FAILED']).toContain(run.status);
    const types = (await eventsOf(id)).map(({ __typename }) => __typename);
    expect(types.filter((each) => each === 'RunQueued')).toHaveLength(1);
  });

  test('is deleted while it runs: its subscriptions end, and nothing is left', async () => {
    const id = await create(SLOW);
    const following = ann.subscribe(EVENTS, { id, after: 0 })[Symbol.asyncIterator]();
    // It has begun before the run is deleted: afterwards there would be no such run.
    await following.next();
    expect(data(await change(ann, 'deleteRun', id)).deleteRun).toEqual({ deletedId: id });
    while (!(await following.next()).done);
    expect(errorCode(await ann.query(RUN, { id }))).toBe('NOT_FOUND');
    expect(errorCode(await change(ann, 'deleteRun', id))).toBe('NOT_FOUND');
  });

  test('is not there for others', async () => {
    const id = await create(QUICK);
    await eventsOf(id);
    const answers = [
      await bob.query(RUN, { id }),
      await change(bob, 'cancelRun', id),
      await change(bob, 'retryRun', id),
      await change(bob, 'deleteRun', id),
    ];
    expect(answers.map(({ errors }) => [errors![0]!.message, errors![0]!.extensions])).toEqual(
      ['id', 'input.id', 'input.id', 'input.id'].map((argument) => [
        expect.stringContaining(`there is no such ${field}`),
        { code: 'NOT_FOUND', field: argument },
      ]),
    );
    expect(data(await ann.query(RUN, { id })).run.status).toBe('COMPLETED');
  });

  test('is in the feed as a run', async () => {
    const feed = ann.subscribe(
      'subscription { activity { event { __typename } run { __typename id status } } }',
    );
    const iterator = feed[Symbol.asyncIterator]();
    expect(data((await iterator.next()).value!).activity).toEqual({ event: null, run: null });
    const id = await create(QUICK);
    for (;;) {
      const { activity } = data((await iterator.next()).value!);
      if (activity.run?.id !== id || activity.event.__typename !== 'RunCompleted') continue;
      expect(activity.run).toEqual({ __typename: type, id, status: 'COMPLETED' });
      break;
    }
    await iterator.return?.(undefined);
  });
});

test.each(['run', 'cancelRun', 'retryRun', 'deleteRun'])(
  '%s takes only ids of runs, and names the argument',
  async (name) => {
    const session = data(await ann.query('mutation { createSession(input: {}) { session { id } } }'));
    const { id } = session.createSession.session;
    const answer = name === 'run' ? await ann.query(RUN, { id }) : await change(ann, name, id);
    const [error] = answer.errors!;
    const field = name === 'run' ? 'id' : 'input.id';
    expect(error).toMatchObject({
      message: `${field}: there is no such run`,
      extensions: { code: 'NOT_FOUND', field },
    });
  },
);

test('a task of an execution is deleted with the execution only', async () => {
  const execution = await execute(ann, await createWorkflow(ann, [{ key: 'a', model: QUICK, task: 'x' }]));
  await eventsOf(execution);
  const read = 'query ($id: ID!) { execution(id: $id) { steps { task { id } } } }';
  const { id } = data(await ann.query(read, { id: execution })).execution.steps[0].task;
  expect(errorCode(await change(ann, 'deleteRun', id))).toBe('INVALID_STATE');
  data(await change(ann, 'deleteRun', execution));
  expect(errorCode(await ann.query(RUN, { id }))).toBe('NOT_FOUND');
});

test('a list that asks for nothing but the end of its tasks has it', async () => {
  const id = await ann.createTask({ prompt: 'x', model: QUICK });
  await eventsOf(id);
  const { tasks } = data(await ann.query('{ tasks(first: 1) { nodes { endedAt } } }'));
  expect(tasks.nodes[0].endedAt).not.toBeNull();
});

test('an orchestration is deleted by its own mutation, too', async () => {
  const id = await start(ann, { preferredModels: [QUICK], maxIterations: 1 });
  const answer = await ann.query(
    'mutation ($id: ID!) { deleteOrchestration(input: { id: $id }) { deletedId } }',
    { id },
  );
  expect(data(answer).deleteOrchestration).toEqual({ deletedId: id });
  expect(errorCode(await ann.query(RUN, { id }))).toBe('NOT_FOUND');
});
