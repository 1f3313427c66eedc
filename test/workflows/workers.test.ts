import { beforeAll, describe, expect, test } from 'vitest';
import { data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { templateInput } from '../harness/template-steps.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { carryOut, createWorkflow, execute, execution, follow, step, tryToCreate } from './workflows.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

const echo = 'gpt-4o@echo=1';

async function createAgent(input: object): Promise<string> {
  const document = 'mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }';
  return data(await ann.query(document, { input })).createAgent.agent.id;
}

async function createTemplate(input: object): Promise<void> {
  const document =
    'mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { template { id } } }';
  data(await ann.query(document, { input: templateInput(input) }));
}

const issuesOf = (answer: Awaited<ReturnType<typeof tryToCreate>>) =>
  Object.fromEntries(
    (answer.errors![0]!.extensions.issues as { field: string; message: string }[]).map(
      ({ field, message }) => [field, message],
    ),
  );

describe('a step with an agent', () => {
  test('is done by it, as it was when the execution started', async () => {
    const agentId = await createAgent({
      name: 'A',
      model: 'gpt-4o@tokens=3,ttft=500',
      systemPrompt: 'be terse',
      tools: ['UPDATE_PLAN'],
    });
    const steps = [
      { key: 'first', agentId, task: 'begin' },
      { key: 'second', agentId, task: 'go on after {{ steps.first.output }}', dependsOn: ['first'] },
    ];
    const id = await execute(ann, await createWorkflow(ann, steps));
    const following = follow(ann, id);
    await vendor.waitFor(({ open }) => open > 0, 10_000);
    await ann.query(
      `mutation { updateAgent(input: { id: "${agentId}", systemPrompt: "be wordy" }) { agent { id } } }`,
    );
    await following;
    const done = await execution(ann, id);
    expect(done.status).toBe('COMPLETED');
    const document = 'query ($id: ID!) { task(id: $id) { kind prompt systemPrompt agent { name } } }';
    const { task } = data(await ann.query(document, { id: step('second', done).task.id }));
    expect(task).toMatchObject({ kind: 'AGENT', systemPrompt: 'be terse', agent: { name: 'A' } });
    expect(task.prompt).toBe(`go on after ${step('first', done).output}`);
  });

  test('whose agent was deleted before it started fails the execution with its name', async () => {
    const agentId = await createAgent({ name: 'gone', model: echo });
    const workflow = await createWorkflow(ann, [{ key: 'a', agentId, task: 'x' }]);
    await ann.query(`mutation { deleteAgent(input: { id: "${agentId}" }) { deletedId } }`);
    const id = await execute(ann, workflow);
    await follow(ann, id);
    expect(await execution(ann, id)).toMatchObject({
      status: 'FAILED',
      error: { code: 'STEP_FAILED', message: 'step a: its agent has been deleted' },
    });
  });
});

describe('a step with a template', () => {
  beforeAll(async () => {
    await createTemplate({
      name: 'shout',
      parameters: [
        { name: 'what', type: 'STRING', required: true },
        { name: 'times', type: 'INTEGER', max: 9 },
        { name: 'model', type: 'STRING', default: echo },
        { name: 'key', type: 'STRING', isSecret: true },
      ],
      steps: [{ key: 'say', type: 'GENERATE', model: '{{ model }}', prompt: '{{ what }} x{{ times }}' }],
    });
  });

  test('is given what the steps before it left, numbers as numbers', async () => {
    const steps = [
      { key: 'first', model: echo, task: 'hey' },
      {
        key: 'second',
        template: 'shout',
        templateParameters: {
          what: '{{ steps.first.output }}!',
          times: '{{ input.n }}',
          key: 'hidden {{ input.n }}',
        },
        dependsOn: ['first'],
      },
    ];
    const done = await carryOut(ann, steps, { input: { n: 3 } });
    expect(done).toMatchObject({ status: 'COMPLETED', result: { output: 'hey! x3' } });
    const document = 'query ($id: ID!) { task(id: $id) { kind templateName templateParameters } }';
    const { task } = data(await ann.query(document, { id: step('second', done).task.id }));
    expect(task).toMatchObject({ kind: 'TEMPLATE', templateName: 'shout' });
    expect(task.templateParameters).toEqual({ what: 'hey!', times: 3, model: echo });
    expect(done.cost).toBeGreaterThan(0);
  });

  test('over a list, each with its own model', async () => {
    const steps = [
      {
        key: 'each',
        template: 'shout',
        templateParameters: {
          what: '{{ item }}',
          times: 1,
          model: 'gpt-4o@echo=1,tokens={{ index | plus: 1 }}',
        },
        forEach: 'input.list',
      },
    ];
    const done = await carryOut(ann, steps, { input: { list: ['x', 'y'] } });
    expect(done.result?.output).toEqual(['x x1', 'y x1']);
  });

  test.each([
    ['a value that it does not allow', { what: 'x', times: '{{ input.n }}' }, 'times: must be at most 9'],
    [
      'a model that is not there',
      { what: 'x', model: 'non{{ input.n }}sense' },
      'there is no model "non99sense"',
    ],
  ])('fails for %s', async (_what, templateParameters, message) => {
    const done = await carryOut(ann, [{ key: 'a', template: 'shout', templateParameters, retries: 2 }], {
      input: { n: 99 },
    });
    expect(done.status).toBe('FAILED');
    expect(step('a', done)).toMatchObject({ attempt: 0, error: { code: 'TEMPLATE_FAILED' } });
    expect(step('a', done).error.message).toContain(message);
  });
});

describe('what does not fit is refused, with the step', () => {
  test.each([
    ['no task', [{ key: 'a' }], { 'input.steps.0.task': 'step a: is required' }],
    [
      'a task for a template',
      [{ key: 'a', template: 'shout', task: 'x', templateParameters: { what: 'x' } }],
      { 'input.steps.0.task': 'step a: is not allowed for a step with a template' },
    ],
    [
      'parameters of a template for a model',
      [{ key: 'a', task: 'x', templateParameters: { what: 'x' } }],
      { 'input.steps.0.templateParameters': 'step a: is not allowed for a step with a model' },
    ],
    [
      'a parameter that the template has not, and one that is missing',
      [{ key: 'a', template: 'shout', templateParameters: { who: 'x' } }],
      {
        'input.steps.0.templateParameters.what': 'step a: is required',
        'input.steps.0.templateParameters.who':
          'step a: is not a parameter of the template; there are: what, times, model, key',
      },
    ],
    [
      'Liquid in a parameter that reads what is not there',
      [{ key: 'a', template: 'shout', templateParameters: { what: '{{ steps.b.output }}' } }],
      { 'input.steps.0.templateParameters.what': 'step a: reads steps.b, which is not a step' },
    ],
  ])('%s', async (_what, steps, issues) => {
    const answer = await tryToCreate(ann, steps);
    expect(errorCode(answer)).toBe('VALIDATION_ERROR');
    expect(issuesOf(answer)).toEqual(issues);
  });

  test.each([
    ['an agent', { agentId: Buffer.from('Agent:nobody').toString('base64url'), task: 'x' }, 'agentId'],
    ['a template', { template: 'nothing' }, 'template'],
  ])('%s that is not there', async (_what, given, member) => {
    const answer = await tryToCreate(ann, [{ key: 'a', ...given }]);
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([
      'NOT_FOUND',
      `input.steps.0.${member}`,
    ]);
  });
});
