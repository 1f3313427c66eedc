import { describe, expect, test } from 'vitest';
import { data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { createWorkflow, execute, execution, follow, tryToCreate } from './workflows.ts';

const server = fixture(startTestServer);
const ann = fixture(() => server.newUser());

const model = 'demo@tokens=1,itl=0';
const one = { key: 'a', model, task: 'x' };

const WORKFLOW = `query ($id: ID!) { workflow(id: $id) { id name description version isActive timeoutSeconds
  steps { key name task model dependsOn condition forEach maxConcurrency retries retryDelaySeconds timeoutSeconds
    parameters { temperature } responseSchema }
  schedule { cron timeZone input parameters nextRunAt } } }`;

async function workflow(id: string) {
  return data(await ann.query(WORKFLOW, { id })).workflow;
}

async function update(input: object) {
  return ann.query(
    'mutation ($input: UpdateWorkflowInput!) { updateWorkflow(input: $input) { workflow { id version } } }',
    { input },
  );
}

const issuesOf = (answer: { errors?: { extensions: Record<string, unknown> }[] }) =>
  Object.fromEntries(
    (answer.errors![0]!.extensions.issues as { field: string; message: string }[]).map(
      ({ field, message }) => [field, message],
    ),
  );

test('what was given is kept, and what was not has its default', async () => {
  const full = {
    ...one,
    ...{ key: 'b', name: 'B', task: '{{ item }} {{ steps.a.output }}', parameters: { temperature: 0.5 } },
    ...{
      responseSchema: { type: 'object' },
      dependsOn: ['a', 'a'],
      condition: 'input.x',
      forEach: 'input.y',
    },
    ...{ maxConcurrency: 7, retries: 3, retryDelaySeconds: 9, timeoutSeconds: 60 },
  };
  const id = await createWorkflow(ann, [one, full], { description: 'D', timeoutSeconds: 600 });
  expect(await workflow(id)).toEqual({
    ...{ id, name: 'w', description: 'D', version: 1, isActive: true, timeoutSeconds: 600, schedule: null },
    steps: [
      {
        ...{ ...one, name: 'a', dependsOn: [], condition: null, forEach: null, maxConcurrency: 5 },
        ...{ retries: 0, retryDelaySeconds: 1, timeoutSeconds: null, responseSchema: null },
        parameters: { temperature: null },
      },
      { ...full, dependsOn: ['a'] },
    ],
  });
});

describe('a workflow that could not be carried out is refused, with its field and the name of the step', () => {
  test.each([
    ['no steps', [], { 'input.steps': 'must have at least one step' }],
    [
      'a circle',
      [
        { ...one, dependsOn: ['b'] },
        { ...one, key: 'b', dependsOn: ['a'] },
      ],
      {
        'input.steps.0.dependsOn': 'step a waits for itself: a → b → a',
        'input.steps.1.dependsOn': 'step b waits for itself: b → a → b',
      },
    ],
    [
      'an unknown step',
      [{ ...one, dependsOn: ['x'] }],
      { 'input.steps.0.dependsOn.0': 'step a waits for x, which is not a step; there are a' },
    ],
    [
      'a key that Liquid could not name',
      [{ ...one, key: '1 a' }],
      { 'input.steps.0.key': 'must be 1 to 64 letters, digits and _, and not begin with a digit' },
    ],
    ['a blank task', [{ ...one, task: ' ' }], { 'input.steps.0.task': 'must not be blank' }],
    [
      'Liquid in a condition',
      [{ ...one, condition: 'true %}{{ input }}{% if true' }],
      { 'input.steps.0.condition': 'must not include the surrounding {{ }} or {% %}' },
    ],
    ['too many retries', [{ ...one, retries: 11 }], { 'input.steps.0.retries': 'must be 0 to 10' }],
    [
      'U+0000',
      [{ ...one, task: 'a\0' }],
      { 'input.steps.0.task': 'must not contain U+0000 or an unpaired surrogate' },
    ],
  ])('%s', async (_what, steps, issues) => {
    const answer = await tryToCreate(ann, steps);
    expect(errorCode(answer)).toBe('VALIDATION_ERROR');
    expect(issuesOf(answer)).toEqual(issues);
  });

  test('a model that is not there', async () => {
    const answer = await tryToCreate(ann, [one, { ...one, key: 'b', model: 'nonsense' }]);
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([
      'UNKNOWN_MODEL',
      'input.steps.1.model',
    ]);
  });

  test.each([
    [{ cron: '99 * * * *' }, 'input.schedule.cron'],
    [{ cron: '* * * * *', timeZone: 'Nowhere' }, 'input.schedule.timeZone'],
    [{ cron: '* * * * *', input: 'text' }, 'input.schedule.input'],
  ])('a schedule that cannot be kept: %j', async (schedule, field) => {
    const answer = await tryToCreate(ann, [one], { schedule });
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual(['VALIDATION_ERROR', field]);
  });

  test('nothing of them is there afterwards', async () => {
    const answer = await ann.query('{ workflows(first: 100) { nodes { name description } } }');
    expect(data(answer).workflows.nodes).toEqual([{ name: 'w', description: 'D' }]);
  });
});

describe('versions', () => {
  test('every change makes one; what is absent stays, what is null goes', async () => {
    const id = await createWorkflow(ann, [one], { description: 'D', timeoutSeconds: 60 });
    data(await update({ id, name: 'new' }));
    expect(await workflow(id)).toMatchObject({
      name: 'new',
      description: 'D',
      version: 2,
      timeoutSeconds: 60,
    });
    data(await update({ id, description: null, timeoutSeconds: null, steps: [{ ...one, key: 'z' }] }));
    const changed = {
      name: 'new',
      description: null,
      version: 3,
      timeoutSeconds: null,
      steps: [{ key: 'z' }],
    };
    expect(await workflow(id)).toMatchObject(changed);
    expect(errorCode(await update({ id, steps: [{ ...one, dependsOn: ['a'] }] }))).toBe('VALIDATION_ERROR');
    expect(await workflow(id)).toMatchObject(changed);
  });

  test('an execution that runs keeps the one that it began with, also when the workflow is deleted', async () => {
    const long = 'demo@tokens=30,itl=50';
    const steps = [
      { key: 'a', model: long, task: 'x' },
      { key: 'b', model, task: 'old', dependsOn: ['a'] },
    ];
    const id = await createWorkflow(ann, steps);
    const running = await execute(ann, id);
    data(await update({ id, steps: [{ key: 'c', model, task: 'new' }] }));
    const fresh = await execute(ann, id);
    data(await ann.query(`mutation { deleteWorkflow(input: { id: "${id}" }) { deletedId } }`));
    await Promise.all([follow(ann, running), follow(ann, fresh)]);
    const keys = async (of: string) =>
      (await execution(ann, of)).steps.map(({ key }: { key: string }) => key);
    expect(await keys(running)).toEqual(['a', 'b']);
    expect(await keys(fresh)).toEqual(['c']);
    expect(await execution(ann, running)).toMatchObject({
      status: 'COMPLETED',
      workflowVersion: 1,
      workflow: null,
    });
    expect(await execution(ann, fresh)).toMatchObject({ status: 'COMPLETED', workflowVersion: 2 });
    expect(errorCode(await ann.query(WORKFLOW, { id }))).toBe('NOT_FOUND');
  });

  test('of changes at the same time, each is made on what was before it, or is a CONFLICT', async () => {
    const id = await createWorkflow(ann, [one]);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, place) => update({ id, name: `n${place}` })),
    );
    const refused = answers.filter(({ errors }) => errors);
    expect(new Set(refused.map(errorCode))).toEqual(new Set(refused.length > 0 ? ['CONFLICT'] : []));
    expect((await workflow(id)).version).toBe(1 + answers.length - refused.length);
  });
});

test('one that is not active is not executed', async () => {
  const id = await createWorkflow(ann, [one], { isActive: false });
  const answer = await ann.query(
    `mutation { executeWorkflow(input: { workflowId: "${id}" }) { execution { id } } }`,
  );
  expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([
    'INVALID_STATE',
    'input.workflowId',
  ]);
});

test('they are listed newest first, page by page, and by whether they are active', async () => {
  const bob = await server.newUser();
  const ids: string[] = [];
  for (let place = 0; place < 5; place += 1) {
    ids.unshift(await createWorkflow(bob, [one], { isActive: place !== 2 }));
  }
  const list = async (given: string) =>
    data(await bob.query(`{ workflows(${given}) { nodes { id } pageInfo { hasNextPage endCursor } } }`))
      .workflows;
  const page = await list('first: 2');
  const next = await list(`first: 2, after: "${page.pageInfo.endCursor}"`);
  const all = [...page.nodes, ...next.nodes, ...(await list('last: 1')).nodes];
  expect(all.map(({ id }) => id)).toEqual(ids);
  const inactive = await list('filter: { isActive: false }');
  expect(inactive.nodes.map(({ id }: { id: string }) => id)).toEqual([ids[2]]);
});
