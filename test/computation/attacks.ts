import { templateSteps } from '../harness/template-steps.ts';
/** Inputs that were made to keep a server busy, each as the variables and the document of one request. */
export interface Attack {
  name: string;
  query: string;
  variables: Record<string, unknown>;
}

const WORKFLOW =
  'mutation ($input: CreateWorkflowInput!) { createWorkflow(input: $input) { workflow { id } } }';
const TEMPLATE =
  'mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) { template { id } } }';
const TASK = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }';

const range = (length: number) => Array.from({ length }, (_, index) => index);
const model = 'demo';

function workflow(name: string, steps: object[]): Attack {
  return { name, query: WORKFLOW, variables: { input: { name: 'w', steps } } };
}

function schema(name: string, responseSchema: object): Attack {
  return { name, query: TASK, variables: { input: { prompt: 'x', model, responseSchema } } };
}

function template(name: string, steps: object[], parameters: object[] = []): Attack {
  return {
    name,
    query: TEMPLATE,
    variables: { input: { name: `t${Math.random()}`, steps: templateSteps(steps), parameters } },
  };
}

const given = (templateParameters: object) => ({
  key: 'a',
  template: 'ollama-inference',
  templateParameters,
});
const doubling = Object.fromEntries(
  range(40).map((step) => [
    `d${step + 1}`,
    { allOf: [{ $ref: `#/$defs/d${step}` }, { $ref: `#/$defs/d${step}` }] },
  ]),
);
const deep = (levels: number, inner: object): object =>
  range(levels).reduce((schema) => ({ properties: { a: schema } }), inner);
const patterns = range(60).map((index) => `(\\p{L}{1,${200 + index}}){1,2}`);

export const ATTACKS: Attack[] = [
  workflow('10,000 short texts', [given(Object.fromEntries(range(10_000).map((n) => [`p${n}`, '{{a}}'])))]),
  workflow('1,000 texts that are read one by one', [
    given(
      Object.fromEntries(
        range(990).map((n) => [`p${n}`, '{{ input.a | append: "x" | split: "," | json }}'.repeat(10)]),
      ),
    ),
  ]),
  workflow('tags that nest', [{ key: 'a', model, task: '{% if a %}'.repeat(9_000) }]),
  workflow(
    '100 long texts',
    range(100).map((n) => ({ key: `s${n}`, model, task: '{{ input.a }}'.repeat(700) })),
  ),
  workflow(
    'unknown references',
    range(100).map((n) => ({
      key: `s${n}${'x'.repeat(50)}`,
      model,
      task: '{{ steps.nothing.output }}'.repeat(300),
    })),
  ),
  workflow(
    'unknown steps',
    range(100).map((n) => ({
      key: `s${n}${'x'.repeat(55)}`,
      model,
      task: 'x',
      dependsOn: range(100).map((m) => `nothing${m}`),
    })),
  ),
  workflow(
    'a circle of all',
    range(100).map((n) => ({ key: `s${n}`, model, task: 'x', dependsOn: range(100).map((m) => `s${m}`) })),
  ),
  workflow(
    '200,000 steps',
    range(200_000).map(() => ({ key: 'a' })),
  ),
  workflow('a million dependencies', [{ key: 'a', task: 'x', dependsOn: range(400_000).map(() => 'x') }]),
  workflow('5 MB of values', [given({ p: range(2_400_000).map(() => 0) })]),
  workflow('5 MB of names', [given(Object.fromEntries(range(300_000).map((n) => [`p${n}`, 0])))]),
  workflow('5 MB of text', [{ key: 'a', task: '{{ a }}'.repeat(700_000) }]),
  workflow(
    '100 schemas',
    range(100).map((n) => ({ key: `s${n}`, model, task: 'x', responseSchema: { enum: range(1_000) } })),
  ),
  schema('patterns that become large programs', { anyOf: patterns.map((pattern) => ({ pattern })) }),
  schema('a pattern of repetitions', { pattern: '(x{1000}){1000}' }),
  schema('a class many times', { pattern: '\\p{L}{1000}' }),
  schema('a schema that doubles', { $defs: { d0: {}, ...doubling }, $ref: '#/$defs/d40' }),
  schema('a schema that refers to itself', {
    $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } },
    $ref: '#/$defs/a',
  }),
  schema('a deep schema', deep(450, {})),
  schema('a schema nested 1,500 times', deep(1_500, {})),
  schema('a large enum', { enum: range(10_000) }),
  schema('many properties', { properties: Object.fromEntries(range(4_000).map((n) => [`p${n}`, {}])) }),
  schema('a schema of 5 MB', { enum: range(700_000) }),
  template(
    'scripts of 50 steps',
    range(50).map((n) => ({
      key: `s${n}`,
      type: 'RUN_SCRIPT',
      script: '{% for i in (1..9) %}{{ i }}{% endfor %}'.repeat(400),
    })),
  ),
  template(
    '2,500 arguments',
    range(50).map((n) => ({
      key: `s${n}`,
      type: 'RUN_SCRIPT',
      script: 'x',
      args: range(50).map(() => '{{ nothing }}'),
    })),
  ),
  template(
    'values that are compared',
    [{ key: 'a', type: 'RUN_SCRIPT', script: 'x' }],
    range(50).map((n) => ({
      name: `p${n}`,
      type: 'LIST',
      default: range(150).map((m) => `x${m}`),
      allowed: range(200).map((m) => `y${m}`),
    })),
  ),
  template('5 MB of arguments', [
    { key: 'a', type: 'RUN_SCRIPT', script: 'x', args: range(600_000).map(() => 'xx') },
  ]),
  {
    name: '19 schemas in one document',
    query: `mutation ($s: JSON) { ${range(19)
      .map(
        (n) => `a${n}: createTask(input: { prompt: "x", model: "demo", responseSchema: $s }) { task { id } }`,
      )
      .join(' ')} }`,
    variables: { s: { anyOf: patterns.map((pattern) => ({ pattern })) } },
  },
  {
    name: 'parameters of a template',
    query:
      'query ($p: JSON) { validateTemplate(input: { templateName: "ollama-inference", parameters: $p }) { valid } }',
    variables: { p: Object.fromEntries(range(300_000).map((n) => [`p${n}`, 0])) },
  },
];

/** The same through the dialects that take definitions and parameters, whose errors are `{ "detail": … }`. */
export interface DialectAttack {
  name: string;
  path: string;
  body: unknown;
}

const WORKFLOWS = '/themachine/api/v1/orchestration/workflows';
const TASKS = '/ai-task-orchestra/api/v1/tasks';
const VALIDATE = '/ai-task-orchestra/api/v1/templates/validate?template_name=ollama-inference';

const members = (count: number, value: unknown) =>
  Object.fromEntries(range(count).map((n) => [`p${n}`, value]));
const step = (id: string, more: object) => ({ id, ...more });
const ofTemplate = (parameters: unknown) => ({ template: 'ollama-inference', parameters });
const nested = (levels: number) => range(levels).reduce<unknown>((inner) => [inner], 0);

export const DIALECT_ATTACKS: DialectAttack[] = [
  {
    name: 'a workflow of 10,000 short texts',
    path: WORKFLOWS,
    body: {
      name: 'w',
      steps: [step('a', { template: 'ollama-inference', template_parameters: members(10_000, '{{a}}') })],
    },
  },
  {
    name: 'a workflow of unknown references',
    path: WORKFLOWS,
    body: {
      name: 'w',
      steps: range(100).map((n) =>
        step(`s${n}`, { model_id: model, task: '{{ steps.nothing.output }}'.repeat(300) }),
      ),
    },
  },
  {
    name: 'a workflow of unknown steps',
    path: WORKFLOWS,
    body: {
      name: 'w',
      steps: range(900).map((n) =>
        step(`s${n}`, { model_id: model, task: 'x', depends_on: range(100).map((m) => `nothing${m}`) }),
      ),
    },
  },
  {
    name: 'a schema that doubles',
    path: WORKFLOWS,
    body: {
      name: 'w',
      steps: [
        step('a', {
          model_id: model,
          task: 'x',
          response_schema: { $defs: { d0: {}, ...doubling }, $ref: '#/$defs/d40' },
        }),
      ],
    },
  },
  {
    name: 'a workflow of 200,000 steps',
    path: WORKFLOWS,
    body: { name: 'w', steps: range(200_000).map(() => ({ id: 'a' })) },
  },
  { name: '40,000 parameters of a task', path: TASKS, body: ofTemplate(members(40_000, '{{a}}')) },
  { name: '5 MB of names of a task', path: TASKS, body: ofTemplate(members(300_000, 0)) },
  { name: 'a million values of a task', path: TASKS, body: ofTemplate({ p: range(1_000_000).map(() => 0) }) },
  { name: 'a task nested 100,000 times', path: TASKS, body: 'nested' },
  { name: '40,000 parameters to validate', path: VALIDATE, body: members(40_000, '{{a}}') },
  { name: '5 MB of names to validate', path: VALIDATE, body: members(300_000, 0) },
  {
    name: 'a long text to validate',
    path: VALIDATE,
    body: { prompt: '{{ a | append: a }}'.repeat(200_000) },
  },
  { name: 'a list nested 3,000 times to validate', path: VALIDATE, body: { prompt: nested(3_000) } },
  { name: '5 MB of names at a path of several dialects', path: '/api/v1/tasks', body: members(300_000, 0) },
];

/** `JSON.stringify` itself gives up on what is nested so deep. */
export function textOf({ body }: DialectAttack): string {
  const deepest = `${'['.repeat(99_000)}${']'.repeat(99_000)}`;
  return body === 'nested' ? `{"template":"x","parameters":{"a":${deepest}}}` : JSON.stringify(body);
}
