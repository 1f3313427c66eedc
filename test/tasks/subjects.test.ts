import { expect, test } from 'vitest';
import { type Answer, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

const FIELDS = `id kind status origin type title description target context taskParameters prompt templateName
  agent { name } assignedAgents { name }`;
const subject = {
  title: 'Security Scan',
  description: 'Scan for vulnerabilities',
  target: 'example.com',
  context: { language: 'python' },
  taskParameters: { depth: 'full' },
};
const composed =
  'Security Scan\n\nScan for vulnerabilities\n\nTarget: example.com\n\nParameters:\n- depth: full\n\nContext:\n- language: python';
const quick = { model: 'gpt-4o@tokens=1' };

const tryToCreate = (input: object): Promise<Answer> =>
  ann.query(`mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { ${FIELDS} } } }`, {
    input,
  });
const create = async (input: object) => data(await tryToCreate(input)).createTask.task;
const update = (id: string, input: object): Promise<Answer> =>
  ann.query(`mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task { ${FIELDS} } } }`, {
    input: { id, ...input },
  });
const updated = async (id: string, input: object) => data(await update(id, input)).updateTask.task;
const read = async (id: string) =>
  data(await ann.query(`query ($id: ID!) { task(id: $id) { ${FIELDS} } }`, { id })).task;

/** What the vendor was asked last, by the user. */
const lastAsked = () =>
  (vendor.requests.at(-1)!.body as { messages: { role: string; content: string }[] }).messages.at(-1)!
    .content;

test('a task without a prompt is asked what it is about', async () => {
  const task = await create({ ...subject, ...quick });
  expect(task).toMatchObject({ ...subject, prompt: composed, origin: 'GRAPHQL', assignedAgents: [] });
  await ann.events(task.id);
  expect(lastAsked()).toBe(composed);
});

test('a prompt that is given is asked word for word', async () => {
  const task = await create({ ...subject, prompt: 'just this', ...quick });
  expect(task).toMatchObject({ ...subject, prompt: 'just this' });
  await ann.events(task.id);
  expect(lastAsked()).toBe('just this');
});

test('its type chooses the agent that is assigned', async () => {
  const task = await create({ kind: 'AGENT', type: 'security_scan', title: 'Scan', hold: true });
  expect(task).toMatchObject({
    prompt: 'Scan',
    agent: { name: 'Security expert' },
    assignedAgents: [{ name: 'Security expert' }],
  });
});

test('a template has a subject as well', async () => {
  const task = await create({
    templateName: 'ollama-inference',
    templateParameters: { model: 'llama3', prompt: 'x' },
    title: 'Ask',
    hold: true,
  });
  expect(task).toMatchObject({ kind: 'TEMPLATE', title: 'Ask', prompt: '' });
  expect(await updated(task.id, { title: 'Ask again' })).toMatchObject({ title: 'Ask again', prompt: '' });
  expect(errorCode(await update(task.id, { prompt: 'x' }))).toBe('INVALID_STATE');
});

test('a composed prompt follows its subject until a worker takes it', async () => {
  const { id } = await create({ title: 'old', description: 'kept', hold: true, ...quick });
  expect(await updated(id, { title: 'new', target: 'there' })).toMatchObject({
    prompt: 'new\n\nkept\n\nTarget: there',
  });
  expect(await updated(id, { target: null, context: { a: 1 } })).toMatchObject({
    prompt: 'new\n\nkept\n\nContext:\n- a: 1',
  });
  data(await ann.query('mutation ($id: ID!) { executeTask(input: { id: $id }) { __typename } }', { id }));
  await ann.events(id);
  expect(lastAsked()).toBe('new\n\nkept\n\nContext:\n- a: 1');
  const later = await updated(id, { title: 'a title for the archive', description: null });
  expect(later).toMatchObject({ title: 'a title for the archive', description: null });
  expect(later.prompt).toBe('new\n\nkept\n\nContext:\n- a: 1');
});

test('a prompt that was given stays, whatever the task is about', async () => {
  const { id } = await create({ prompt: 'mine', hold: true });
  expect(await updated(id, { title: 'new' })).toMatchObject({ title: 'new', prompt: 'mine' });
  const { id: other } = await create({ title: 'old', hold: true });
  await updated(other, { prompt: 'now mine' });
  expect(await updated(other, { title: 'new' })).toMatchObject({ title: 'new', prompt: 'now mine' });
});

test('a composed prompt is not left with nothing', async () => {
  const { id } = await create({ title: 'all there is', hold: true });
  const answer = await update(id, { title: null });
  expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([
    'VALIDATION_ERROR',
    'input.title',
  ]);
  expect(await read(id)).toMatchObject({ title: 'all there is', prompt: 'all there is' });
});

test('two who change different members at once both have their way', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { id } = await create({ title: 'old', description: 'old', hold: true });
    await Promise.all([update(id, { title: 'new' }), update(id, { description: 'newer' })]);
    expect(await read(id)).toMatchObject({ title: 'new', description: 'newer', prompt: 'new\n\nnewer' });
  }
});

test.each([
  [{}, 'input.prompt'],
  [{ target: 'x', context: { a: 1 } }, 'input.prompt'],
  [{ title: ' ' }, 'input.title'],
  [{ description: ' ' }, 'input.description'],
  [{ title: '' }, 'input.title'],
  [{ title: 'x'.repeat(501) }, 'input.title'],
  [{ title: 'x', description: 'a\0b' }, 'input.description'],
  [{ title: 'x', target: 'x'.repeat(2_001) }, 'input.target'],
  [{ title: 'x', context: 'text' }, 'input.context'],
  [{ title: 'x', context: ['x'] }, 'input.context'],
  [{ title: 'x', context: { a: 'x'.repeat(100_000) } }, 'input.context'],
  [{ title: 'x', taskParameters: { a: ['\ud800'] } }, 'input.taskParameters'],
])('%j is refused', async (input, field) => {
  const answer = await tryToCreate({ ...input, hold: true });
  expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual(['VALIDATION_ERROR', field]);
});
