import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { createFolder } from '../harness/folder.ts';
import { startTestServer } from '../harness/server.ts';
import { templateSteps } from '../harness/template-steps.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';
import { content, createTemplate, follow, taskOf } from './template.ts';

const vendor = fixture(startVendor);
const folder = fixture(createFolder, { stop: (folder) => folder.remove() });
const server = fixture(() =>
  startTestServer({
    variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, OLLAMA_HOST: vendor.url, DATA_DIR: folder.path },
  }),
);
const ann = fixture(() => server.newUser());

/** Makes a template of these steps, and a task of it, and follows that to its end. */
async function run(steps: object[], parameters: object[] = [], templateParameters: object = {}) {
  const { name } = await createTemplate(ann, { steps, parameters });
  return follow(ann, { templateName: name, templateParameters });
}

describe('ollama-inference', () => {
  const parameters = { model: 'llama3.2@tokens=5', prompt: 'Explain', system_prompt: 'Be short' };

  test('answers, and tells what that used', async () => {
    const { task, types } = await follow(ann, {
      templateName: 'ollama-inference',
      templateParameters: { ...parameters, model: 'llama3.2' },
    });
    expect(task).toMatchObject({
      status: 'COMPLETED',
      kind: 'TEMPLATE',
      templateName: 'ollama-inference',
      templateVersion: 1,
      templateParameters: { model: 'llama3.2', prompt: 'Explain', system_prompt: 'Be short' },
      model: 'llama3.2',
      provider: 'OLLAMA',
      result: { output: answerText(20), steps: [{ id: 'generate', type: 'ollama_generate' }] },
      resourceUsage: { model: 'llama3.2', seconds: 1.5, memoryGb: 3.421, outputTokens: 20 },
    });
    expect(types).toEqual([
      ...['RunCreated', 'RunStarted', 'StepStarted', 'ModelCallStarted', 'TokensGenerated'],
      ...['ModelCallCompleted', 'StepCompleted', 'ProgressMade', 'RunCompleted'],
    ]);
  });

  test('sends the system prompt when there is one', async () => {
    for (const system_prompt of ['Be short', undefined]) {
      await follow(ann, {
        templateName: 'ollama-inference',
        templateParameters: { ...parameters, system_prompt },
      });
      const asked = vendor.requests.findLast(({ path }) => path === '/api/chat')!;
      const { messages } = asked.body as { messages: unknown[] };
      expect(messages).toEqual([
        ...(system_prompt ? [{ role: 'system', content: system_prompt }] : []),
        { role: 'user', content: 'Explain' },
      ]);
    }
  });

  test('does not know the memory of a model that is not loaded any more', async () => {
    const { task } = await follow(ann, { templateName: 'ollama-inference', templateParameters: parameters });
    expect(task.resourceUsage).toMatchObject({ model: 'llama3.2@tokens=5', memoryGb: null });
  });
});

describe('steps', () => {
  test('read the parameters and what came of the steps before', async () => {
    const { task } = await run(
      [
        { key: 'first', type: 'GENERATE', model: 'gpt-4o@echo=1', prompt: 'Hello {{name}}' },
        {
          key: 'second',
          type: 'GENERATE',
          model: 'openai/{{model}}',
          prompt: '<{{steps.first.output | upcase}}>',
        },
        { key: 'kept', type: 'STORE_OUTPUT', name: '{{name}}.md', content: '# {{steps.second.output}}' },
      ],
      [
        { name: 'name', type: 'STRING', required: true },
        { name: 'model', type: 'STRING', default: 'gpt-4o-mini@echo=1' },
      ],
      { name: 'Ann' },
    );
    expect(task).toMatchObject({
      result: {
        output: '# <HELLO ANN>',
        steps: [
          { id: 'first', model: 'gpt-4o@echo=1' },
          { id: 'second', model: 'gpt-4o-mini@echo=1' },
          { id: 'kept', name: 'Ann.md', size: 13 },
        ],
      },
      artifacts: [{ name: 'Ann.md', type: 'OUTPUT', mediaType: 'text/markdown; charset=utf-8', size: 13 }],
      resourceUsage: null,
    });
    expect(await content(ann, server.url, task.artifacts[0])).toBe('# <HELLO ANN>');
  });

  test('tell how far they are', async () => {
    const store = (key: string) => ({ key, type: 'STORE_OUTPUT', name: key, content: key });
    const { events } = await run([store('a'), store('b'), store('c'), store('d')]);
    expect(events.flatMap(({ progress }) => progress ?? [])).toEqual([0.25, 0.5, 0.75, 1]);
  });

  test('run scripts, with arguments that are no code', async () => {
    const script = 'echo "got $# $1"; echo oops >&2; cat -';
    const { task } = await run(
      [
        { key: 'run', type: 'RUN_SCRIPT', script, args: ['{{given}}', "it's"] },
        {
          key: 'kept',
          type: 'STORE_OUTPUT',
          name: 'out',
          content: '{{steps.run.output}}|{{steps.run.stderr}}',
        },
      ],
      [{ name: 'given', type: 'STRING' }],
      { given: '$(id)`id`";\'' },
    );
    expect(task.result.output).toBe('got 2 $(id)`id`";\'\n|oops\n');
    expect(task.result.steps[0]).toMatchObject({ id: 'run', exitCode: 0, truncated: false });
    expect(task.artifacts.map(({ name, type }: { name: string; type: string }) => [name, type])).toEqual([
      ['run.log', 'LOG'],
      ['out', 'OUTPUT'],
    ]);
  });

  test('keep files byte by byte', async () => {
    const { task } = await run([
      { key: 'run', type: 'RUN_SCRIPT', script: 'mkdir out; head -c 100000 /dev/zero >out/zeros.bin' },
      { key: 'kept', type: 'STORE_OUTPUT', name: 'zeros.bin', path: 'out/zeros.bin', content: 'never' },
    ]);
    expect(task.artifacts[1]).toMatchObject({ size: 100_000, mediaType: 'application/octet-stream' });
    expect(await content(ann, server.url, task.artifacts[1])).toBe('\0'.repeat(100_000));
  });

  test('keep a log of what is no text, too', async () => {
    const print = `head -c 1000000 /dev/zero | tr '\\0' '\\377'`;
    const { task } = await run([{ key: 'run', type: 'RUN_SCRIPT', script: `${print}; ${print} >&2` }]);
    expect(task).toMatchObject({ status: 'COMPLETED', artifacts: [{ isTruncated: true }] });
  });

  test('keep a text where there is no file, and follow no link out of the working directory', async () => {
    const { task } = await run([
      {
        key: 'run',
        type: 'RUN_SCRIPT',
        script: `ln -s ${folder.path}/secrets.key link; ln -s /etc/shadow shadow`,
      },
      ...['none', 'link', 'shadow'].map((path) => ({
        ...{ key: path, type: 'STORE_OUTPUT', name: path, path, content: 'instead' },
      })),
    ]);
    expect(task.result.output).toBe('instead');
    expect(task.artifacts.slice(1)).toMatchObject([{ size: 7 }, { size: 7 }, { size: 7 }]);
  });

  test('cut a file that is too large, and say so', async () => {
    const { task } = await run([
      { key: 'run', type: 'RUN_SCRIPT', script: 'head -c 6000000 /dev/zero >big' },
      { key: 'kept', type: 'STORE_OUTPUT', name: 'big', path: 'big' },
    ]);
    expect(task.artifacts[1]).toMatchObject({ size: 5 * 1024 * 1024, isTruncated: true });
  });

  test('leave nothing behind on the disk', async () => {
    await run([{ key: 'run', type: 'RUN_SCRIPT', script: 'touch a; chmod 000 .' }]);
    await run([{ key: 'run', type: 'RUN_SCRIPT', script: 'touch a; exit 1' }]);
    const roots = await readdir(join(folder.path, 'workspaces'), { recursive: true });
    expect(roots.filter((path) => path.includes('.template-'))).toEqual([]);
  });
});

describe('a step that fails names itself', () => {
  test.each([
    {
      step: { type: 'RUN_SCRIPT', script: 'echo hello; echo no such luck >&2; exit 3' },
      expected: {
        code: 'SCRIPT_FAILED',
        message: 'step bad: the script ended with exit code 3: no such luck',
      },
    },
    {
      step: { type: 'RUN_SCRIPT', script: 'sleep 60', timeoutSeconds: 1 },
      expected: { code: 'SCRIPT_FAILED', message: 'step bad: the script did not finish within 1 s' },
    },
    {
      step: { type: 'RUN_SCRIPT', path: 'none.sh' },
      expected: {
        code: 'SCRIPT_FAILED',
        message: 'step bad: the script ended with exit code 127: there is no file none.sh',
      },
    },
    {
      step: { type: 'RUN_SCRIPT', path: '../../secret' },
      expected: { code: 'TEMPLATE_FAILED', message: expect.stringContaining('is not a path in the working') },
    },
    {
      step: { type: 'GENERATE', model: 'gpt-4o@fault=401', prompt: 'x' },
      expected: { code: 'PROVIDER_AUTH', message: expect.stringMatching(/^step bad: /) },
    },
    {
      step: { type: 'GENERATE', model: 'gpt-4o', prompt: '{% if false %}x{% endif %}' },
      expected: { code: 'TEMPLATE_FAILED', message: 'step bad: its prompt is blank after rendering' },
    },
    {
      step: { type: 'STORE_OUTPUT', name: 'x', content: '{% for i in (1..1000000000) %}x{% endfor %}' },
      expected: { code: 'TEMPLATE_FAILED', message: expect.stringContaining('limit exceeded') },
    },
    {
      step: { type: 'STORE_OUTPUT', name: 'x', path: 'none' },
      expected: { code: 'TEMPLATE_FAILED', message: 'step bad: there is no file "none"' },
    },
    {
      step: { type: 'STORE_OUTPUT', name: '{{ " " }}', content: 'x' },
      expected: { code: 'TEMPLATE_FAILED', message: expect.stringContaining('is not a valid name') },
    },
    {
      step: { type: 'STORE_OUTPUT', name: 'x', content: 'x', mediaType: 'a\r\nb: c' },
      expected: { code: 'TEMPLATE_FAILED', message: expect.stringContaining('is not a valid media type') },
    },
  ])('$step.type $step.script$step.path$step.name', async ({ step, expected }) => {
    const { task } = await run([{ key: 'bad', ...step }]);
    expect(task).toMatchObject({ status: 'FAILED', error: expected });
  });

  test('and keeps what its script said', async () => {
    const { task } = await run([{ key: 'bad', type: 'RUN_SCRIPT', script: 'echo one; exit 3' }]);
    expect(await content(ann, server.url, task.artifacts[0])).toBe('one\n');
  });
});

describe('a task goes on where it was', () => {
  test('a retry does finished steps not again', async () => {
    const { name } = await createTemplate(ann, {
      steps: [
        { key: 'paid', type: 'GENERATE', model: 'gpt-4o@tokens=3,key=paid', prompt: 'x' },
        { key: 'flaky', type: 'GENERATE', model: 'gpt-4o@fault=401,times=1,key=flaky', prompt: 'y' },
      ],
    });
    const { id, task } = await follow(ann, { templateName: name });
    expect(task.status).toBe('FAILED');
    const before = vendor.requests.length;
    await ann.query('mutation ($id: ID!) { retryTask(input: { id: $id }) { task { id } } }', { id });
    const events = await ann.events(id);
    expect(vendor.requests.length).toBe(before + 1);
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', result: { output: answerText(20) } });
    expect((await ann.task(id)).modelCalls).toHaveLength(3);
  });

  test('a retry makes again what was lost with the working directory', async () => {
    const { name } = await createTemplate(ann, {
      steps: [
        { key: 'files', type: 'RUN_SCRIPT', script: 'echo made >file' },
        { key: 'flaky', type: 'GENERATE', model: 'gpt-4o@fault=401,times=1,key=flaky2', prompt: 'y' },
        { key: 'kept', type: 'STORE_OUTPUT', name: 'file', path: 'file' },
      ],
    });
    const { id } = await follow(ann, { templateName: name });
    await ann.query('mutation ($id: ID!) { retryTask(input: { id: $id }) { task { id } } }', { id });
    const events = await ann.events(id);
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', result: { output: 'made\n' } });
  });
});

test('a cancelled task stops its script at once, and leaves no files', async () => {
  const { name } = await createTemplate(ann, {
    steps: [{ key: 'run', type: 'RUN_SCRIPT', script: 'sleep 60' }],
  });
  const id = await ann.createTask({ templateName: name });
  for await (const answer of ann.subscribe(
    'subscription ($id: ID!) { taskEvents(taskId: $id) { __typename } }',
    { id },
  )) {
    if (data(answer).taskEvents.__typename === 'StepStarted') break;
  }
  const startedAt = performance.now();
  await ann.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', { id });
  expect((await taskOf(ann, id)).status).toBe('CANCELLED');
  await expect
    .poll(
      async () => {
        const paths = await readdir(join(folder.path, 'workspaces'), { recursive: true });
        return paths.filter((path) => path.includes('.template-'));
      },
      { timeout: 5_000 },
    )
    .toEqual([]);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('a cost limit holds for the steps together', async () => {
  const { name } = await createTemplate(ann, {
    steps: [
      {
        key: 'one',
        type: 'GENERATE',
        model: 'gpt-4o@tokens=400',
        prompt: 'x',
        parameters: { maxTokens: 400 },
      },
      {
        key: 'two',
        type: 'GENERATE',
        model: 'gpt-4o@tokens=400',
        prompt: 'x',
        parameters: { maxTokens: 400 },
      },
    ],
  });
  const { task } = await follow(ann, { templateName: name, costLimit: 0.0045 });
  expect(task).toMatchObject({
    status: 'FAILED',
    error: { code: 'BUDGET_EXCEEDED', message: expect.stringMatching(/^step two: /) },
  });
});

test('a task keeps the template that it was made with', async () => {
  const { id: templateId, name } = await createTemplate(ann, {
    steps: [{ key: 'a', type: 'STORE_OUTPUT', name: 'a', content: 'old' }],
  });
  const id = await ann.createTask({ templateName: name, hold: true });
  const steps = [{ key: 'b', type: 'STORE_OUTPUT', name: 'b', content: 'new' }];
  const changed = await ann.query(
    'mutation ($input: UpdateTemplateInput!) { updateTemplate(input: $input) { template { version } } }',
    { input: { id: templateId, steps: templateSteps(steps) } },
  );
  expect(data(changed).updateTemplate.template.version).toBe(2);
  await ann.query('mutation ($id: ID!) { executeTask(input: { id: $id }) { task { id } } }', { id });
  await ann.events(id);
  expect(await taskOf(ann, id)).toMatchObject({ templateVersion: 1, result: { output: 'old' } });
  const second = await follow(ann, { templateName: name });
  expect(second.task).toMatchObject({ templateVersion: 2, result: { output: 'new' } });
});

test('its prompt and model are not changed task by task', async () => {
  const id = await ann.createTask({
    templateName: 'ollama-inference',
    templateParameters: { model: 'llama3.2', prompt: 'x' },
    hold: true,
  });
  const answer = await ann.query(
    'mutation ($id: ID!) { updateTask(input: { id: $id, prompt: "y" }) { task { id } } }',
    { id },
  );
  expect(errorCode(answer)).toBe('INVALID_STATE');
});
