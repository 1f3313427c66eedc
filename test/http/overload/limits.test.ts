import { getIntrospectionQuery, getNamedType, isObjectType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  childPageCost,
  eventPageCost,
  modelPageCost,
  pageCost,
  runPageCost,
} from '../../../src/schema/builder/page-cost.ts';
import { schema } from '../../../src/schema/index.ts';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { ask, TRANSPORTS } from '../transports.ts';

let credentials: { authorization: string };

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  credentials = { authorization: `Bearer ${ann.token}` };
  await ann.createTask({ prompt: 'x' });
});

function many(count: number, item: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => item(index)).join(' ');
}

function deep(levels: number, open: string, inside: string, close: string): string {
  return open.repeat(levels) + inside + close.repeat(levels);
}

const DIRECTIVES = many(31, () => '@include(if: true)');
const EVERY_CALL = 'id model provider status attempt inputTokens outputTokens cost startedAt durationMs';

const REFUSED: [what: string, document: string, code: string, message: RegExp][] = [
  ['fields 50,000 deep', '{a'.repeat(50_000), 'GRAPHQL_PARSE_FAILED', /more than 2000 tokens/],
  ['fields 5,000 deep', deep(5_000, '{a', '', '}'), 'GRAPHQL_PARSE_FAILED', /more than 2000 tokens/],
  ['lists 20,000 deep', `{a(b: ${'['.repeat(20_000)}`, 'GRAPHQL_PARSE_FAILED', /nests too deeply|tokens/],
  [
    '20,000 fields',
    `{ ${many(20_000, (index) => `a${index}: __typename`)} }`,
    'GRAPHQL_PARSE_FAILED',
    /tokens/,
  ],
  [
    '2,000 comments',
    `${'#\n'.repeat(2_000)}{ __typename }`,
    'GRAPHQL_PARSE_FAILED',
    /more than 1000 comments/,
  ],
  [
    '31 aliases',
    `{ ${many(31, (index) => `a${index}: __typename`)} }`,
    'GRAPHQL_VALIDATION_FAILED',
    /has 31 aliases; at most 30/,
  ],
  [
    '31 aliases, in fragments',
    `{ ...A ...B } fragment A on Query { ${many(16, (index) => `a${index}: __typename`)} }
     fragment B on Query { ${many(15, (index) => `b${index}: __typename`)} }`,
    'GRAPHQL_VALIDATION_FAILED',
    /has 31 aliases; at most 30/,
  ],
  [
    '31 directives',
    `{ __typename ${DIRECTIVES} }`,
    'GRAPHQL_VALIDATION_FAILED',
    /has 31 directives; at most 30/,
  ],
  [
    'introspection in circles',
    '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }',
    'GRAPHQL_VALIDATION_FAILED',
    /introspection depth/,
  ],
  [
    'a page of 100 with everything in it',
    `{ tasks(first: 100) { nodes { id status prompt result modelCalls { ${EVERY_CALL} } } } }`,
    'GRAPHQL_VALIDATION_FAILED',
    /costs \d+; at most 10000/,
  ],
  [
    'pages that are large together',
    `{ ${many(20, (index) => `a${index}: tasks(last: 100) { edges { cursor node { id status prompt cost } } }`)} }`,
    'GRAPHQL_VALIDATION_FAILED',
    /costs \d+; at most 10000/,
  ],
  [
    'predictions that take long together',
    `{ ${many(7, (index) => `a${index}: predictTask(input: {}) { successProbability }`)} }`,
    'GRAPHQL_VALIDATION_FAILED',
    /costs \d+; at most 10000/,
  ],
  [
    'tasks whose predictions take long together',
    `mutation { ${many(7, (index) => `a${index}: createTask(input: { prompt: "x", predict: true }) { task { id } }`)} }`,
    'GRAPHQL_VALIDATION_FAILED',
    /costs \d+; at most 10000/,
  ],
  [
    'a page whose size comes by a fragment that is spread often',
    `{ ${many(30, (index) => `a${index}: tasks(first: 100) { nodes { ...T } }`)} }
     fragment T on Task { id status prompt ...U } fragment U on Task { cost usage { inputTokens } }`,
    'GRAPHQL_VALIDATION_FAILED',
    /costs \d+; at most 10000/,
  ],
];

describe.each(TRANSPORTS)('over %s', (transport) => {
  test.each(REFUSED)('%s: refused', async (_what, document, code, message) => {
    const answer = await ask(transport, server.url, credentials, document);
    expect(answer.data).toBeUndefined();
    expect(answer.errors!.map(({ extensions }) => extensions.code)).toContain(code);
    expect(answer.errors!.map((error) => error.message).join()).toMatch(message);
    expect(JSON.stringify(answer)).not.toContain('INTERNAL_ERROR');
  });

  test.each([
    ['fields', deep(995, '{a', '', '}')],
    ['lists', `{task(id: ${deep(990, '[', '', ']')}) {id}}`],
    ['objects', `{tasks(filter: ${deep(490, '{a:', '1', '}')}) {pageInfo {endCursor}}}`],
    ['types', `query ($a: ${deep(990, '[', 'Int', ']')}) {__typename}`],
    ['inline fragments', deep(995, '{...', '{__typename}', '}')],
    [
      'fragments',
      `{...F0} ${many(280, (index) => `fragment F${index} on Query {...F${index + 1}}`)} fragment F280 on Query {__typename}`,
    ],
    [
      'doubling fragments',
      `{...F0} ${many(150, (index) => `fragment F${index} on Query {...F${index + 1} ...F${index + 1}}`)} fragment F150 on Query {__typename}`,
    ],
  ])(
    '%s that are as deep as the tokens allow are answered in time, and by no fault of ours',
    async (_what, document) => {
      const begun = performance.now();
      const answer = await ask(transport, server.url, credentials, document);
      expect(JSON.stringify(answer)).not.toContain('INTERNAL_ERROR');
      expect(performance.now() - begun).toBeLessThan(2_000);
    },
  );

  test('lists of any depth are answered without a fault of ours', async () => {
    for (let levels = 500; levels < 2_000; levels += 100) {
      for (const document of [
        `{task(id: ${deep(levels, '[', '', '')}`,
        `{task(id: ${deep(levels, '[', '', ']')}) {id}}`,
        `query ($a: ${deep(levels, '[', 'Int', ']')}) {__typename}`,
      ]) {
        const { errors } = await ask(transport, server.url, credentials, document);
        expect(errors?.[0]?.extensions.code ?? 'none').not.toBe('INTERNAL_ERROR');
      }
    }
  });

  test('the size of a page multiplies what it holds, by literal and by variable', async () => {
    const cost = async (document: string, variables = {}) =>
      ((await ask(transport, server.url, credentials, document, variables)) as { extensions?: unknown })
        .extensions;
    const sized = 'query ($n: Int) { tasks(first: $n) { nodes { id status } } }';
    expect(await cost(sized, { n: 1 })).toEqual({ cost: { requested: 4, limit: 10_000 } });
    expect(await cost(sized, { n: 50 })).toEqual({ cost: { requested: 151, limit: 10_000 } });
    expect(await cost(sized)).toEqual({ cost: { requested: 61, limit: 10_000 } });
    expect(await cost('{ tasks(last: 7) { edges { node { id } } pageInfo { endCursor } } }')).toEqual({
      cost: { requested: 22, limit: 10_000 },
    });
  });

  test('a page of more than 100 is for its field to refuse', async () => {
    expect(
      await ask(transport, server.url, credentials, '{ tasks(first: 101) { nodes { id } } }'),
    ).toMatchObject({
      errors: [{ extensions: { code: 'VALIDATION_ERROR', field: 'first' } }],
    });
  });

  test.each([
    ['graphql-js', getIntrospectionQuery()],
    [
      'GraphiQL',
      getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true, specifiedByUrl: true }),
    ],
  ])('the introspection of %s passes', async (_whose, document) => {
    const answer = await ask(transport, server.url, credentials, document);
    expect(data(answer).__schema.queryType.name).toBe('Query');
  });
});

test.each(['SSE', 'graphql-ws'] as const)('over %s a subscription has the same limits', async (transport) => {
  const id = await ann.createTask({ prompt: 'x' });
  const follow = (fields: string) =>
    `subscription { taskEvents(taskId: "${id}") { ... on CurrentState { task { ${fields} } } } }`;
  const calls = many(30, (index) => `a${index}: modelCalls { ${many(35, () => 'id')} }`);
  expect(await ask(transport, server.url, credentials, follow(calls))).toMatchObject({
    errors: [{ message: expect.stringMatching(/costs 105\d\d; at most 10000/) }],
  });
  expect(data(await ask(transport, server.url, credentials, follow('modelCalls { id }'))).taskEvents).toEqual(
    {
      task: { modelCalls: [] },
    },
  );
});

test.each(['application/json', 'text/event-stream'])(
  'values 20,000 deep in variables: %s',
  async (accept) => {
    const value = deep(20_000, '[', '"x"', ']');
    const query = 'mutation ($i: CreateTaskInput!) { createTask(input: $i) { task { id } } }';
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { ...credentials, 'content-type': 'application/json', accept },
      body: `{"query":"${query}","variables":{"i":{"prompt":"x","parameters":{"stop":${value}}}}}`,
    });
    expect(await response.text()).toContain('"code":"VALIDATION_ERROR","field":"i.parameters.stop');
  },
);

test('the cost is that of the operation that is meant', async () => {
  const query = `query Small { __typename }
    query Large { tasks(first: 100) { nodes { modelCalls { ${EVERY_CALL} } } } }`;
  const answer = async (operationName: string) => {
    const headers = { ...credentials, 'content-type': 'application/json' };
    const body = JSON.stringify({ query, operationName });
    return (await fetch(`${server.url}/graphql`, { method: 'POST', headers, body })).json();
  };
  expect(await answer('Small')).toMatchObject({ extensions: { cost: { requested: 1 } } });
  expect(await answer('Large')).toMatchObject({ errors: [{ message: expect.stringMatching(/costs/) }] });
});

test('a refusal is a 400 for clients that can read its status', async () => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      ...credentials,
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
    },
    body: JSON.stringify({ query: '{a'.repeat(50_000) }),
  });
  expect(response.status).toBe(400);
});

test('every connection costs by the length of its page', () => {
  const connections = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()))
    .filter(({ type }) => getNamedType(type).name.endsWith('Connection'));
  expect(connections.map(({ name }) => name)).toContain('tasks');
  const unmeasured = connections.filter(({ extensions: { complexity } }) => {
    const isMeasured = [pageCost, runPageCost, childPageCost, modelPageCost, eventPageCost].some(
      (cost) => cost === complexity,
    );
    return !isMeasured;
  });
  expect(unmeasured.map(({ name }) => name)).toEqual([]);
});
