import { describe, expect, test } from 'vitest';
import { type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { templateInput } from '../harness/template-steps.ts';
import { createTemplate } from './template.ts';

const server = fixture(() => startTestServer({ worker: false }));
const admin = fixture(() => server.newUser());
const ann = fixture(() => server.newUser());
const bob = fixture(() => server.newUser());

const store = { key: 'a', type: 'STORE_OUTPUT', name: 'a', content: 'a' };
const TEMPLATE = `id name description version isBuiltIn isActive
  parameters { name type required default description allowed min max isSecret }
  steps { key type model prompt systemPrompt url ref token directory path script args timeoutSeconds name content }`;

const list = async (who: Client) =>
  data(await who.query(`{ templates(first: 30) { nodes { ${TEMPLATE} } } }`)).templates.nodes;

const create = (input: object, who = ann) =>
  who.query(
    `mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { template { ${TEMPLATE} } } }`,
    { input: templateInput(input) },
  );

const update = (input: object, who = ann) =>
  who.query(
    `mutation ($input: UpdateTemplateInput!) { updateTemplate(input: $input) { template { ${TEMPLATE} } } }`,
    { input: templateInput(input) },
  );

const remove = (id: string, who = ann) =>
  who.query('mutation ($id: ID!) { deleteTemplate(input: { id: $id }) { deletedId } }', { id });

const builtIn = async (name: string) => (await list(ann)).find((one: { name: string }) => one.name === name);

describe('built-in templates', () => {
  test('are there, as AI Task Orchestra documents them', async () => {
    const ollama = await builtIn('ollama-inference');
    expect(ollama).toMatchObject({
      description: 'Run inference with specified model and prompt',
      isBuiltIn: true,
      version: 1,
      parameters: [
        { name: 'model', type: 'STRING', required: true, description: 'Ollama model name' },
        { name: 'prompt', type: 'STRING', required: true, description: 'Prompt for the model' },
        { name: 'system_prompt', type: 'STRING', required: false, description: 'Optional system prompt' },
      ],
      steps: [
        {
          type: 'OLLAMA_GENERATE',
          model: '{{model}}',
          prompt: '{{prompt}}',
          systemPrompt: '{{system_prompt}}',
        },
      ],
    });
    const git = await builtIn('git-script-execution');
    expect(git.description).toBe('Clone repository, run script, store results');
    expect(git.parameters.slice(0, 3)).toMatchObject([
      { name: 'repo_url', required: true, description: 'Git repository URL' },
      { name: 'script_path', required: true, description: 'Path to script within repository' },
      { name: 'output_path', required: true, description: 'Path to store output' },
    ]);
    expect(git.steps.map(({ type }: { type: string }) => type)).toEqual([
      ...['GIT_CLONE', 'RUN_SCRIPT', 'STORE_OUTPUT'],
    ]);
  });

  test('are for admins to change, and for nobody to take away', async () => {
    const { id, description } = await builtIn('ollama-inference');
    expect(errorCode(await update({ id, description: 'mine' }))).toBe('FORBIDDEN');
    expect(errorCode(await remove(id))).toBe('FORBIDDEN');
    expect(errorCode(await remove(id, admin))).toBe('FORBIDDEN');
    const changed = data(await update({ id, isActive: false }, admin)).updateTemplate.template;
    expect(changed).toMatchObject({ version: 2, isActive: false, description });
    const refused = await ann.query(
      'mutation ($p: JSON) { createTask(input: { templateName: "ollama-inference", templateParameters: $p }) { task { id } } }',
      { p: { model: 'x:1', prompt: 'x' } },
    );
    expect(errorCode(refused)).toBe('INVALID_STATE');
    await update({ id, isActive: true }, admin);
  });

  test('lend their names to nobody', async () => {
    expect(errorCode(await create({ name: 'ollama-inference', steps: [store] }))).toBe('CONFLICT');
  });
});

describe("a user's template", () => {
  test('is as it was made, with defaults for what was left out', async () => {
    const steps = [
      { key: 'g', type: 'GENERATE', prompt: '{{topic}}' },
      { key: 'r', type: 'RUN_SCRIPT', script: 'echo "$1"', args: ['{{steps.g.output}}'] },
    ];
    const parameters = [{ name: 'topic', type: 'STRING', allowed: ['a', 'b'], default: 'a' }];
    const made = data(await create({ name: 'whole', description: 'd', parameters, steps })).createTemplate;
    expect(made.template).toMatchObject({
      name: 'whole',
      version: 1,
      isBuiltIn: false,
      isActive: true,
      parameters: [{ name: 'topic', required: false, default: 'a', allowed: ['a', 'b'], isSecret: false }],
      steps: [
        { key: 'g', type: 'GENERATE', model: null, args: null },
        { key: 'r', script: 'echo "$1"', args: ['{{steps.g.output}}'], timeoutSeconds: null },
      ],
    });
    const found = await ann.query(`query ($id: ID!) { template(by: { id: $id }) { ${TEMPLATE} } }`, {
      id: made.template.id,
    });
    expect(data(found).template).toEqual(made.template);
    const named = await ann.query(`{ template(by: { name: "whole" }) { ${TEMPLATE} } }`);
    expect(data(named).template).toEqual(made.template);
    expect(errorCode(await ann.query('{ template(by: {}) { id } }'))).toBe('GRAPHQL_VALIDATION_FAILED');
    expect((await list(ann))[0]).toEqual(made.template);
  });

  test('is its own, and its name is free for others', async () => {
    const { id } = await createTemplate(ann, { name: 'mine', steps: [store] });
    expect((await list(bob)).map(({ name }: { name: string }) => name)).not.toContain('mine');
    expect(errorCode(await update({ id, description: 'x' }, bob))).toBe('NOT_FOUND');
    expect(errorCode(await remove(id, bob))).toBe('NOT_FOUND');
    expect(errorCode(await create({ name: 'mine', steps: [store] }))).toBe('CONFLICT');
    data(await create({ name: 'mine', steps: [store] }, bob));
  });

  test('changes only where it is told to', async () => {
    const { id } = await createTemplate(ann, { name: 'changing', description: 'd', steps: [store] });
    expect(data(await update({ id, isActive: false })).updateTemplate.template).toMatchObject({
      version: 2,
      description: 'd',
      isActive: false,
      steps: [{ key: 'a' }],
    });
    expect(data(await update({ id, description: null })).updateTemplate.template.description).toBeNull();
    const broken = await update({ id, parameters: [], steps: [{ ...store, content: '{{x}}' }] });
    expect(broken.errors?.[0]?.extensions).toMatchObject({ field: 'input.steps.0.storeOutput.content' });
  });

  test('that is changed several times at once has a version for each change', async () => {
    const { id } = await createTemplate(ann, { name: 'raced', steps: [store] });
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, index) => update({ id, description: `${index}` })),
    );
    const codes = answers.map(({ errors }) => errors?.[0]?.extensions.code ?? 'ok');
    expect(['ok', 'CONFLICT']).toEqual(expect.arrayContaining(codes));
    expect(codes).toContain('ok');
    const { version } = (await list(ann)).find(({ name }: { name: string }) => name === 'raced');
    expect(version).toBe(1 + codes.filter((code) => code === 'ok').length);
  });

  test('goes, and what was made from it stays', async () => {
    const { id, name } = await createTemplate(ann, { name: 'going', steps: [store] });
    const taskId = await ann.createTask({ templateId: id, hold: true });
    expect(data(await remove(id)).deleteTemplate.deletedId).toBe(id);
    expect(errorCode(await remove(id))).toBe('NOT_FOUND');
    const task = await ann.query('query ($id: ID!) { task(id: $id) { templateName } }', { id: taskId });
    expect(data(task).task.templateName).toBe(name);
    const listed = await ann.query('{ tasks(filter: { templateName: "going" }) { nodes { id } } }');
    expect(data(listed).tasks.nodes).toEqual([{ id: taskId }]);
  });

  test('is listed by pages', async () => {
    const carol = await server.newUser();
    for (const name of ['one', 'two', 'three']) await createTemplate(carol, { name, steps: [store] });
    const names: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page: { nodes: { name: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } = data(
        await carol.query(
          'query ($after: String) { templates(first: 2, after: $after) { nodes { name } pageInfo { endCursor hasNextPage } } }',
          { after },
        ),
      ).templates;
      names.push(...page.nodes.map(({ name }) => name));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(names.slice(0, 3)).toEqual(['three', 'two', 'one']);
    expect(names.toSorted()).toEqual(['git-script-execution', 'ollama-inference', 'one', 'three', 'two']);
  });
});

describe('templates can be asked for', () => {
  test('by whether tasks can be made from them', async () => {
    const dan = await server.newUser();
    await createTemplate(dan, { name: 'retired', steps: [store], isActive: false });
    const names = async (filter: object) => {
      const document = 'query ($filter: TemplateFilter) { templates(filter: $filter) { nodes { name } } }';
      const { nodes } = data(await dan.query(document, { filter })).templates;
      return nodes.map(({ name }: { name: string }) => name).toSorted();
    };
    const builtIn = ['git-script-execution', 'ollama-inference'];
    expect(await names({ isActive: true })).toEqual(builtIn);
    expect(await names({ isActive: false })).toEqual(['retired']);
    expect(await names({})).toEqual([...builtIn, 'retired']);
  });

  test('by a name that no database can hold, and are not there', async () => {
    const documents = [
      'query ($name: String!) { template(by: { name: $name }) { id } }',
      'query ($name: String!) { validateTemplate(input: { templateName: $name }) { valid } }',
      'mutation ($name: String!) { createTask(input: { templateName: $name }) { task { id } } }',
    ];
    for (const document of documents) {
      expect(errorCode(await ann.query(document, { name: 'a\0b' }))).toBe('NOT_FOUND');
    }
  });
});

describe('a template that is wrong is refused, with the place', () => {
  const parameter = (more: object) => ({ parameters: [{ name: 'p', type: 'STRING', ...more }] });
  const steps = (...given: object[]) => ({ steps: given.map((step) => ({ ...store, ...step })) });

  test.each([
    [{ name: 'a b' }, 'name', 'must be 1 to 100 letters'],
    [{ steps: [] }, 'steps', 'at least one step'],
    [{ steps: Array(51).fill(store) }, 'steps', 'at most 50'],
    [steps({}, {}), 'steps.1.storeOutput.key', '"a" is already used'],
    [steps({ key: '1' }), 'steps.0.storeOutput.key', 'beginning with a letter'],
    [{ steps: [{ key: 'a', type: 'GENERATE' }] }, 'steps.0.generate.prompt', ''],
    [steps({ url: 'https://x' }), 'steps.0.storeOutput.url', 'not to include unknown field "url"'],
    [{ steps: [{ key: 'a', type: 'RUN_SCRIPT' }] }, 'steps.0.runScript.script', 'either path or script'],
    [
      { steps: [{ key: 'a', type: 'STORE_OUTPUT', name: 'x' }] },
      'steps.0.storeOutput.content',
      'give content',
    ],
    [
      { steps: [{ key: 'a', type: 'RUN_SCRIPT', script: 'x', timeoutSeconds: 0 }] },
      'steps.0.runScript.timeoutSeconds',
      '1',
    ],
    [
      steps({ content: '{% if' }),
      'steps.0.storeOutput.content',
      'is not valid Liquid: tag "{% if" not closed',
    ],
    [steps({ content: '{% include "x" %}' }), 'steps.0.storeOutput.content', 'tag "include" not found'],
    [steps({ content: '{{ x | nothing }}' }), 'steps.0.storeOutput.content', 'undefined filter: nothing'],
    [steps({ content: '{{ nothing }}' }), 'steps.0.storeOutput.content', 'not a parameter; there are: none'],
    [
      steps({ content: '{{ steps.b.output }}' }, { key: 'b' }),
      'steps.0.storeOutput.content',
      'not an earlier step; there are: none',
    ],
    [
      steps({}, { key: 'b', content: '{{ steps.a.x }}' }),
      'steps.1.storeOutput.content',
      'there are: output, name, size',
    ],
    [
      steps({}, { key: 'b', content: '{{ steps[p].x }}' }),
      'steps.1.storeOutput.content',
      'not an earlier step',
    ],
    [steps({}, { key: 'b', content: '{{ steps.b.output }}' }), 'steps.1.storeOutput.content', 'there are: a'],
    [
      { steps: [store, { key: 'b', type: 'GENERATE', prompt: 'x', model: '{{steps.a.output}}' }] },
      ...['steps.1.generate.model', 'parameters only'],
    ],
    [parameter({ name: 'steps' }), 'parameters.0.name', 'outputs of steps'],
    [parameter({ name: 'a-b' }), 'parameters.0.name', 'letters, digits and _'],
    [parameter({ type: 'INTEGER', default: 'x' }), 'parameters.0.default', 'must be an integer'],
    [
      parameter({ required: true, default: 'x' }),
      'parameters.0.default',
      'required parameter has no default',
    ],
    [parameter({ min: 3, max: 2 }), 'parameters.0.max', 'at least min, which is 3'],
    [parameter({ type: 'BOOLEAN', min: 1 }), 'parameters.0.min', 'no min and max'],
    [parameter({ allowed: [] }), 'parameters.0.allowed', 'must not be empty'],
    [parameter({ allowed: ['a', 1] }), 'parameters.0.allowed.1', 'must be a string'],
    [parameter({ type: 'BOOLEAN', isSecret: true }), 'parameters.0.isSecret', 'only a string'],
    [
      { ...parameter({ isSecret: true }), ...steps({ content: '{{p}}' }) },
      ...['steps.0.storeOutput.content', 'a secret such as p may only be used as a token'],
    ],
    [
      {
        parameters: [
          { name: 'p', type: 'STRING' },
          { name: 'p', type: 'LIST' },
        ],
      },
      'parameters.1.name',
      'already',
    ],
    [{ description: 'a\0b' }, 'description', 'U+0000'],
    [{ steps: [{ ...store, content: 'x\ud800' }] }, 'steps.0.storeOutput.content', ''],
  ] as [object, string, string][])('%j at %s: %s', async (more, field, message) => {
    const answer = await create({ name: 'wrong', steps: [store], ...more });
    expect(errorCode(answer)).toBe('VALIDATION_ERROR');
    expect(answer.errors?.[0]?.extensions.field).toBe(`input.${field}`);
    expect(answer.errors?.[0]?.message).toContain(message);
  });

  test('all of it at once', async () => {
    const answer = await create({
      name: 'wrong',
      parameters: [{ name: 'p', type: 'INTEGER', default: 'x' }],
      steps: [{ ...store, name: '{{q}}', content: '{% x %}' }],
    });
    const fields = answer.errors?.[0]?.extensions.issues.map(({ field }: { field: string }) => field);
    expect(fields).toEqual([
      'input.parameters.0.default',
      'input.steps.0.storeOutput.name',
      'input.steps.0.storeOutput.content',
    ]);
  });
});

describe('validateTemplate', () => {
  const check = async (input: object, who = ann) =>
    who.query(
      `query ($input: ValidateTemplateInput!) { validateTemplate(input: $input) {
        valid missing unknown invalid { field message } } }`,
      { input: templateInput(input) },
    );

  test('says what is missing, invalid and unknown, at once', async () => {
    const templateName = 'ollama-inference';
    const good = await check({ templateName, parameters: { model: 'llama3.1:8b', prompt: 'x' } });
    expect(data(good).validateTemplate).toEqual({ valid: true, missing: [], unknown: [], invalid: [] });
    const bad = await check({ templateName, parameters: { model: 5, sytem: 'x' } });
    expect(data(bad).validateTemplate).toEqual({
      valid: false,
      missing: ['prompt'],
      unknown: ['sytem'],
      invalid: [{ field: 'model', message: 'must be a string' }],
    });
    expect(data(await check({ templateName })).validateTemplate.missing).toEqual(['model', 'prompt']);
  });

  test('wants one template, and an object', async () => {
    expect(errorCode(await check({ parameters: {} }))).toBe('VALIDATION_ERROR');
    expect(errorCode(await check({ templateName: 'none' }))).toBe('NOT_FOUND');
    const list = await check({ templateName: 'ollama-inference', parameters: [] });
    expect(list.errors?.[0]?.extensions.field).toBe('input.parameters');
  });
});

describe('createTask of a template', () => {
  const make = (input: object) =>
    ann.query(
      `mutation ($input: CreateTaskInput!) { createTask(input: $input) { task {
        kind status prompt model provider templateName templateParameters } } }`,
      { input: templateInput(input) },
    );
  const good = { templateName: 'ollama-inference', templateParameters: { model: 'a:b', prompt: 'x' } };

  test('takes its kind from the template', async () => {
    expect(data(await make(good)).createTask.task).toMatchObject({
      kind: 'TEMPLATE',
      prompt: '',
      model: 'a:b',
      provider: 'OLLAMA',
      templateName: 'ollama-inference',
    });
  });

  test.each([
    [{ ...good, kind: 'PROMPT', prompt: 'x' }, 'input.templateName', 'is only allowed for the kind TEMPLATE'],
    [{ ...good, prompt: 'x' }, 'input.prompt', 'is not allowed for a template'],
    [{ ...good, model: 'gpt-4o' }, 'input.model', 'is not allowed for a template'],
    [{ kind: 'TEMPLATE' }, 'input.templateName', 'give either input.templateId or input.templateName'],
    [{ kind: 'PROMPT' }, 'input.prompt', 'is required'],
    [{}, 'input.prompt', 'is required'],
    [{ ...good, templateParameters: {} }, 'input.templateParameters.model', 'is required'],
    [{ ...good, templateParameters: 'x' }, 'input.templateParameters', 'must be an object'],
    [
      { ...good, templateParameters: { ...good.templateParameters, x: 1 } },
      ...['input.templateParameters.x', 'there are: model, prompt, system_prompt'],
    ],
    [
      { ...good, templateParameters: { model: ' \u202e', prompt: 'x' } },
      ...['input.templateParameters: the model of generate', 'must be printable'],
    ],
  ] as [object, string, string][])('refuses %j at %s', async (input, field, message) => {
    const answer = await make(input);
    expect(errorCode(answer)).toBe('VALIDATION_ERROR');
    expect(answer.errors?.[0]?.extensions.field).toBe(field);
    expect(answer.errors?.[0]?.message).toContain(message);
  });

  test('refuses a model that is not there, before anything is made', async () => {
    const parameters = [{ name: 'm', type: 'STRING' }];
    const steps = [{ key: 'g', type: 'GENERATE', model: '{{m}}', prompt: 'x' }];
    const { name } = await createTemplate(ann, { parameters, steps });
    const answer = await make({ templateName: name, templateParameters: { m: 'nonsense' } });
    expect(errorCode(answer)).toBe('UNKNOWN_MODEL');
    const chosen = await make({ templateName: name });
    expect(data(chosen).createTask.task.model).toBe('demo');
  });

  test('an equal request with one key makes one task', async () => {
    const input = { ...good, idempotencyKey: 'k' };
    const ask = () =>
      ann.query('mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }', {
        input,
      });
    const [one, other] = [data(await ask()), data(await ask())];
    expect(one).toEqual(other);
    const changed = await make({ ...input, templateParameters: { model: 'a:b', prompt: 'y' } });
    expect(errorCode(changed)).toBe('CONFLICT');
  });
});
