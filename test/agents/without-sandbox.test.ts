import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { createPrograms } from '../harness/programs.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { call, createScripts, dataFolder, ofType, startAgent } from './script.ts';

const vendor = fixture(startVendor);
const folder = fixture(dataFolder, { stop: (folder) => folder.remove() });
/** The programs of a machine on which nothing was installed. */
const programs = fixture(() => mkdtemp(join(tmpdir(), 'polyphony-programs-')).then((path) => ({ path })), {
  stop: ({ path }) => rm(path, { recursive: true }),
});
const server = fixture(() =>
  startTestServer({
    variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, DATA_DIR: folder.path, PATH: programs.path },
  }),
);
const ann = fixture(() => server.newUser());
const scripts = createScripts(vendor);

async function sandboxes() {
  const { systemStatus } = data(await ann.query('{ systemStatus { sandbox } }'));
  const health = await (await fetch(`${server.url}/health`)).json();
  return [systemStatus.sandbox, health.sandbox];
}

interface ChatRequest {
  messages: { role: string; content: string }[];
  tools: { function: { name: string } }[];
}

const requestTo = (model: string) =>
  vendor.requests.find(({ body }) => body.model === model)!.body as unknown as ChatRequest;

const artifactsOf = async (id: string) => {
  const { task } = data(await ann.query('query ($id: ID!) { task(id: $id) { artifacts { name } } }', { id }));
  return task.artifacts.map(({ name }: { name: string }) => name);
};

describe('on a machine without bubblewrap and util-linux', () => {
  test('given a task that needs no command, then the agent does it, without the tools that would fail', async () => {
    const model = scripts.model([{ text: 'Hello!' }]);
    const id = await startAgent(ann, model, { prompt: 'Say hello' });
    expect((await ann.events(id)).at(-1)).toMatchObject({ __typename: 'RunCompleted' });
    expect(await ann.task(id)).toMatchObject({ result: { output: 'Hello!' } });
    const { messages, tools } = requestTo(model);
    expect(tools.map(({ function: { name } }) => name).sort()).toEqual(['ask_user', 'finish', 'update_plan']);
    expect(messages[0]!.content).toMatch(/you have no terminal, .*say that the server has no sandbox/);
    expect(await artifactsOf(id)).toEqual(['plan.json']);
  });

  test('given that the model calls such a tool anyway, then the result lists the tools that exist', async () => {
    const model = scripts.model([call('terminal', { command: 'ls' }), { text: 'I cannot list files.' }]);
    const events = await ann.events(await startAgent(ann, model));
    expect(ofType(events, 'ToolCallCompleted')).toMatchObject([
      { isError: true, output: expect.stringContaining('There is no tool terminal. There are:') },
    ]);
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted' });
  });

  test('status and health say so', async () => {
    expect(await sandboxes()).toEqual(['UNAVAILABLE', 'unavailable']);
  });

  test('given a template that runs commands, then it is refused before anything is paid', async () => {
    const steps = [{ runScript: { key: 'list', script: 'ls' } }];
    const made = data(
      await ann.query(
        `mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { template { id } } }`,
        { input: { name: 'scripted', steps } },
      ),
    );
    const answer = await ann.query(
      'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }',
      { input: { kind: 'TEMPLATE', templateId: made.createTemplate.template.id } },
    );
    expect(errorCode(answer)).toBe('SANDBOX_UNAVAILABLE');
    expect(answer.errors![0]!.message).toMatch(/the step list of scripted runs commands.*install bubblewrap/);
  });

  test('given that it is installed meanwhile, then the next agent has all its tools, without a restart', async () => {
    await symlink('/usr/bin/bwrap', join(programs.path, 'bwrap'));
    const model = scripts.model([call('terminal', { command: 'echo works' }), { text: 'done' }]);
    const events = await ann.events(await startAgent(ann, model));
    expect(ofType(events, 'ToolCallCompleted')).toMatchObject([
      { isError: false, output: 'works\n[exit code 0]' },
    ]);
    await expect.poll(sandboxes, { timeout: 10_000 }).toEqual(['BUBBLEWRAP', 'bubblewrap']);
  });
});

describe('on a machine without bubblewrap', () => {
  const utilLinux = fixture(() => createPrograms(['bwrap']), { stop: ({ remove }) => remove() });
  const files = fixture(dataFolder, { stop: (folder) => folder.remove() });
  const other = fixture(() =>
    startTestServer({
      variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, DATA_DIR: files.path, PATH: utilLinux.path },
    }),
  );

  test('given util-linux, then an agent has all its tools, and status and health name what isolates commands', async () => {
    const bob = await other.newUser();
    const model = scripts.model([
      call('write_file', { path: 'a.txt', content: 'written\n' }),
      call('terminal', { command: 'cat a.txt; (exec 3<>/dev/tcp/127.0.0.1/22) || echo no network' }),
      { text: 'done' },
    ]);
    const id = await startAgent(bob, model);
    const events = await bob.events(id);
    expect(ofType(events, 'ToolCallCompleted').at(-1)).toMatchObject({
      isError: false,
      output: expect.stringMatching(/^written\n[\s\S]*no network\n\[exit code 0\]/),
    });
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted' });
    const { systemStatus } = data(await bob.query('{ systemStatus { sandbox } }'));
    const health = await (await fetch(`${other.url}/health`)).json();
    expect([systemStatus.sandbox, health.sandbox]).toEqual(['UNSHARE', 'unshare']);
  });

  test.each([
    { SANDBOX: 'auto', sandbox: 'unavailable' },
    { SANDBOX: 'unshare', sandbox: 'unshare' },
  ])('given production and SANDBOX=$SANDBOX, then it is $sandbox', async ({ SANDBOX, sandbox }) => {
    const server = await startTestServer({
      variables: { NODE_ENV: 'production', DATA_DIR: files.path, PATH: utilLinux.path, SANDBOX },
    });
    expect(await (await fetch(`${server.url}/health`)).json()).toMatchObject({ sandbox });
    await server.stop();
  });
});

describe('on a machine whose kernel lets users create no namespaces', () => {
  const refused = 'echo "unshare: unshare failed: Operation not permitted" >&2; exit 1';
  const restricted = fixture(() => createPrograms(['bwrap'], { unshare: refused }), {
    stop: ({ remove }) => remove(),
  });
  const files = fixture(dataFolder, { stop: (folder) => folder.remove() });
  const other = fixture(() =>
    startTestServer({
      variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, DATA_DIR: files.path, PATH: restricted.path },
    }),
  );

  test('given util-linux, then an agent works without commands, and none of its tools fails', async () => {
    const bob = await other.newUser();
    const model = scripts.model([{ text: 'Hello!' }]);
    const id = await startAgent(bob, model, { prompt: 'Say hello' });
    expect((await bob.events(id)).at(-1)).toMatchObject({ __typename: 'RunCompleted' });
    const { tools } = requestTo(model);
    expect(tools.map(({ function: { name } }) => name).sort()).toEqual(['ask_user', 'finish', 'update_plan']);
    const health = await (await fetch(`${other.url}/health`)).json();
    expect(health).toMatchObject({ status: 'healthy', sandbox: 'unavailable' });
  });
});

test('an agent that uses no file leaves an empty diff, and its folder is not read', async () => {
  const id = await startAgent(ann, scripts.model([{ text: 'Hello!' }]));
  await ann.events(id);
  expect(await artifactsOf(id)).toEqual(['plan.json', 'diff.patch']);
  const local = Buffer.from(id, 'base64url').toString().split(':')[1];
  const { rows } = await server.store.database.pool.query('select key from step where run_id = $1', [local]);
  expect(rows.map(({ key }) => key)).not.toContain('start');
});
