import { expect } from 'vitest';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { templateInput } from '../../harness/template-steps.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import { fieldAudits } from '../audits/field-audits.ts';
import { expectRefusal, INFERENCE, openAccount, parameters } from './account.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Shown = any;

const server = fixture(() => startTestServer({ worker: false }));
const account = fixture(() => openAccount(server));
const stranger = fixture(() => openAccount(server));

const list = async (query = '', of = account): Promise<Shown[]> =>
  (await of.ask('GET', `/templates${query}`)).body;
const listed = async (name: string): Promise<Shown> => (await list()).find((one) => one.name === name);
const read = (name: string) => account.ask('GET', `/templates/${name}`);
const validate = (body: unknown, name = INFERENCE) =>
  account.ask('POST', `/templates/validate?template_name=${name}`, body);

async function create(input: object, of = account): Promise<string> {
  const document =
    'mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { template { id } } }';
  return data(await of.native.query(document, { input: templateInput(input) })).createTemplate.template.id;
}

const KEEP = { key: 'keep', type: 'STORE_OUTPUT', name: 'a.txt', content: 'a' };

const text = (name: string, required: boolean, description: string) => ({
  ...{ name, type: 'string', required, description },
});
/** As the document has them. */
const OF_GIT = [
  text('repo_url', true, 'Git repository URL'),
  text('script_path', true, 'Path to script within repository'),
  text('output_path', true, 'Path to store output'),
];
const OF_INFERENCE = [
  text('model', true, 'Ollama model name'),
  text('prompt', true, 'Prompt for the model'),
  text('system_prompt', false, 'Optional system prompt'),
];

const documented: Audit[] = [
  {
    id: 'AO-TPL-01',
    fact: 'GET /templates answers 200 and a list of all there are',
    check: async () => {
      const { status, body } = await account.ask('GET', '/templates');
      const names = body.map(({ name }: Shown) => name).toSorted();
      expect([status, names]).toEqual([200, ['git-script-execution', INFERENCE]]);
    },
  },
  ...fieldAudits('AO-TPL', 2, 'ollama-inference in the list', () => listed(INFERENCE), {
    name: INFERENCE,
    description: 'Run inference with specified model and prompt',
    parameters: OF_INFERENCE,
  }),
  ...fieldAudits('AO-TPL', 6, 'git-script-execution in the list', () => listed('git-script-execution'), {
    name: 'git-script-execution',
    description: 'Clone repository, run script, store results',
    parameters: expect.arrayContaining(OF_GIT),
  }),
  {
    id: 'AO-TPL-10',
    fact: 'GET /templates/{name} answers 200',
    check: async () => expect((await read(INFERENCE)).status).toBe(200),
  },
  ...fieldAudits('AO-TPL', 11, 'ollama-inference', async () => (await read(INFERENCE)).body, {
    name: INFERENCE,
    description: 'Run inference with specified model and prompt',
    parameters: OF_INFERENCE,
    steps: [
      {
        type: 'ollama_generate',
        model: '{{model}}',
        prompt: '{{prompt}}',
        system: '{{system_prompt}}',
      },
    ],
  }),
  {
    id: 'AO-TPL-16',
    fact: 'POST /templates/validate answers 200',
    check: async () => expect((await validate(parameters)).status).toBe(200),
  },
  ...fieldAudits('AO-TPL', 17, 'what is well', async () => (await validate(parameters)).body, {
    valid: true,
    missing_parameters: [],
    invalid_parameters: [],
  }),
  {
    id: 'AO-TPL-21',
    fact: 'missing_parameters are those that are required and not given, by their names',
    check: async () => {
      const answer = { valid: false, missing_parameters: ['model', 'prompt'], invalid_parameters: [] };
      expect((await validate({})).body).toEqual(answer);
    },
  },
  {
    id: 'AO-TPL-22',
    fact: 'invalid_parameters are those that are not what they may be, by their names',
    check: async () => {
      const { status, body } = await validate({ ...parameters, model: 3, prompt: '' });
      expect(status).toBe(200);
      expect(body).toEqual({
        valid: false,
        missing_parameters: [],
        invalid_parameters: ['model', 'prompt'],
      });
    },
  },
  {
    id: 'AO-TPL-23',
    fact: 'template_name stands in the query, and is required',
    check: async () => {
      const body = { template_name: INFERENCE };
      const answer = await account.ask('POST', '/templates/validate', body);
      expectRefusal(answer, 422, 'template_name: is required');
      expectRefusal(await validate({}, ''), 422, 'template_name: must not be empty');
      const git = await validate({}, 'git-script-execution');
      expect(git.body.missing_parameters).toEqual(['repo_url', 'script_path', 'output_path']);
    },
  },
];

const decided: Audit[] = [
  {
    id: 'AO-TPL-D1',
    fact: 'git-script-execution may be given a branch and a token, after what is documented',
    check: async () => {
      const [, , , ...others] = (await listed('git-script-execution')).parameters;
      expect(others).toMatchObject([
        { name: 'branch', type: 'string', required: false },
        { name: 'token', type: 'string', required: false },
      ]);
      const { body } = await read('git-script-execution');
      expect(body.parameters.slice(0, 3)).toEqual(OF_GIT);
    },
  },
  {
    id: 'AO-TPL-D2',
    fact: 'where there are several steps, each has the id that others know it by; what a step does not use is left out',
    check: async () =>
      expect((await read('git-script-execution')).body.steps).toEqual([
        {
          id: 'clone',
          type: 'git_clone',
          url: '{{repo_url}}',
          ref: '{{branch}}',
          directory: 'repository',
          token: '{{token}}',
        },
        { id: 'run', type: 'run_script', path: '{{script_path}}', args: [], directory: 'repository' },
        {
          id: 'store',
          type: 'store_output',
          name: '{{output_path}}',
          path: 'repository/{{output_path}}',
          content: '{{steps.run.output}}',
        },
      ]),
  },
  {
    id: 'AO-TPL-D3',
    fact: 'templates that were made by GraphQL are there in the same shape, with every type of parameter and step',
    check: async () => {
      const types = ['STRING', 'INTEGER', 'NUMBER', 'BOOLEAN', 'LIST'];
      await create({
        name: 'mine',
        parameters: types.map((type) => ({ name: type.toLowerCase(), type, isSecret: false })),
        steps: [
          {
            ...{ key: 'say', type: 'GENERATE', prompt: '{{string}}', model: 'gpt-4o' },
            parameters: { temperature: 0.5, topP: 0.9, maxTokens: 100, stop: ['.'], seed: 7 },
          },
          { key: 'run', type: 'RUN_SCRIPT', script: 'echo', args: ['{{integer}}'], timeoutSeconds: 5 },
          { ...KEEP, mediaType: 'text/plain' },
        ],
      });
      const { body } = await read('mine');
      const shown = ['string', 'integer', 'number', 'boolean', 'array'];
      expect(body).toEqual({
        name: 'mine',
        description: '',
        parameters: types.map((type, index) => ({
          name: type.toLowerCase(),
          type: shown[index],
          required: false,
          description: '',
        })),
        steps: [
          {
            ...{ id: 'say', type: 'generate', prompt: '{{string}}', model: 'gpt-4o' },
            ...{ temperature: 0.5, top_p: 0.9, max_tokens: 100, stop: ['.'], seed: 7 },
          },
          { id: 'run', type: 'run_script', script: 'echo', args: ['{{integer}}'], timeout_seconds: 5 },
          { id: 'keep', type: 'store_output', name: 'a.txt', content: 'a', media_type: 'text/plain' },
        ],
      });
      const { steps: _, ...short } = body;
      expect(await listed('mine')).toEqual(short);
    },
  },
  {
    id: 'AO-TPL-D4',
    fact: 'another account’s template is as one that is not there',
    check: async () => {
      await create({ name: 'theirs', steps: [KEEP] }, stranger);
      expect(await listed('theirs')).toBeUndefined();
      const detail = 'template_name: there is no such template';
      expectRefusal(await read('theirs'), 404, detail);
      expectRefusal(await validate({}, 'theirs'), 404, detail);
      expect((await account.make({ template: 'theirs' })).status).toBe(404);
    },
  },
  {
    id: 'AO-TPL-D5',
    fact: 'one that is not active is not available: it is not in the list, and there by its name',
    check: async () => {
      await create({ name: 'retired', steps: [KEEP], isActive: false });
      expect(await listed('retired')).toBeUndefined();
      expect((await read('retired')).body).toMatchObject({
        name: 'retired',
        steps: [{ type: 'store_output' }],
      });
    },
  },
  {
    id: 'AO-TPL-D6',
    fact: 'a parameter that the template does not have is invalid; null is as absent',
    check: async () => {
      const { body } = await validate({ prompt: 'a', model: null, temperature: 1, constructor: 1 });
      expect(body).toEqual({
        valid: false,
        missing_parameters: ['model'],
        invalid_parameters: ['temperature', 'constructor'],
      });
    },
  },
  {
    id: 'AO-TPL-D7',
    fact: 'what is valid makes a task, what is not does not, and to validate makes none',
    check: async () => {
      const before = (await account.ask('GET', '/tasks')).body.length;
      for (const given of [
        parameters,
        { ...parameters, system_prompt: '' },
        { model: 'x' },
        { ...parameters, a: 1 },
      ]) {
        const { valid } = (await validate(given)).body;
        const made = await account.make({ parameters: given });
        expect(made.status).toBe(valid ? 200 : 422);
      }
      expect((await account.ask('GET', '/tasks')).body.length).toBe(before + 2);
    },
  },
  {
    id: 'AO-TPL-D8',
    fact: 'the list is whole, more than GraphQL gives at once; limit and offset give a part of it, newest first',
    check: async () => {
      const many = await openAccount(server);
      await create({ name: 'many', steps: [KEEP] }, many);
      await server.store.database.pool.query(
        `insert into template (id, owner_id, name, parameters, steps, created_at)
         select 'many-' || n, owner_id, 'many-' || to_char(n, 'FM000'), parameters, steps,
           created_at + n * interval '1 second'
         from template, generate_series(1, 120) n where name = 'many'`,
      );
      const names = (await list('', many)).map(({ name }) => name);
      expect([names.length, names[0], names[120]]).toEqual([123, 'many-120', 'many']);
      const part = (await list('?limit=101&offset=2', many)).map(({ name }) => name);
      expect(part).toEqual(names.slice(2, 103));
      expectRefusal(
        await account.ask('GET', '/templates?limit=1001'),
        422,
        'limit: must be a whole number from 1 to 1000',
      );
    },
  },
];

runAudits('AI Task Orchestra templates, as documented', documented);

runAudits('AI Task Orchestra templates, where the document is silent', decided);
