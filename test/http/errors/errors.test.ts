import fc from 'fast-check';
import { pino } from 'pino';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { REQUEST_ERROR_CODES } from '../../../src/errors.ts';
import { maskError } from '../../../src/http/errors/from-graphql.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { ask, TRANSPORTS } from '../transports.ts';

let ann: { authorization: string };

const server = fixture(() => startTestServer({ worker: false, variables: { LOG_LEVEL: 'silent' } }));
beforeAll(async () => {
  ann = { authorization: `Bearer ${(await server.newUser()).token}` };
});

const TASK = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }';
const KEY = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }';
const literal = (input: string) => `mutation { createTask(input: ${input}) { task { id } } }`;
const given = (input: unknown) => ({ input });

type Wrong = [document: string, variables: object, code: string, field?: string];

const VARIABLES: Wrong[] = [
  [TASK, {}, 'VALIDATION_ERROR', 'input'],
  [TASK, given(null), 'VALIDATION_ERROR', 'input'],
  [TASK, given('x'), 'VALIDATION_ERROR', 'input'],
  [TASK, given([{ prompt: 'x' }]), 'VALIDATION_ERROR', 'input'],
  [TASK, given({}), 'VALIDATION_ERROR', 'input.prompt'],
  [TASK, given({ prompt: null }), 'VALIDATION_ERROR', 'input.prompt'],
  [TASK, given({ prompt: 5 }), 'VALIDATION_ERROR', 'input.prompt'],
  [TASK, given({ prompt: '' }), 'VALIDATION_ERROR', 'input.prompt'],
  [TASK, given({ prompt: '\0' }), 'VALIDATION_ERROR', 'input.prompt'],
  [TASK, given({ prompt: '\ud800' }), 'VALIDATION_ERROR', 'input.prompt'],
  [TASK, given({ prompt: 'x', bogus: 'a": at "b"; [0]' }), 'VALIDATION_ERROR', 'input.bogus'],
  [TASK, given({ prompt: 'x', kind: 'NO' }), 'VALIDATION_ERROR', 'input.kind'],
  [TASK, given({ prompt: 'x', model: 'no such model' }), 'UNKNOWN_MODEL', 'input.model'],
  [TASK, given({ prompt: 'x', parameters: { bogus: 1 } }), 'VALIDATION_ERROR', 'input.parameters.bogus'],
  [
    TASK,
    given({ prompt: 'x', parameters: { stop: ['a', 5] } }),
    'VALIDATION_ERROR',
    'input.parameters.stop.1',
  ],
  [
    TASK,
    given({ prompt: 'x', parameters: { stop: ['a', ''] } }),
    'VALIDATION_ERROR',
    'input.parameters.stop.1',
  ],
  [
    TASK,
    given({ prompt: 'x', parameters: { temperature: 'hot' } }),
    'VALIDATION_ERROR',
    'input.parameters.temperature',
  ],
  [
    TASK,
    given({ prompt: 'x', parameters: { temperature: 7 } }),
    'VALIDATION_ERROR',
    'input.parameters.temperature',
  ],
  [
    TASK,
    given({ prompt: 'x', parameters: { maxTokens: 1e20 } }),
    'VALIDATION_ERROR',
    'input.parameters.maxTokens',
  ],
  [KEY, given({ name: 'x', expiresAt: 'tomorrow' }), 'VALIDATION_ERROR', 'input.expiresAt'],
  [KEY, given({ name: 'x', expiresAt: '2001-01-01T00:00:00Z' }), 'VALIDATION_ERROR', 'input.expiresAt'],
  [
    'query ($f: TaskFilter) { tasks(filter: $f) { nodes { id } } }',
    { f: { status: 'x' } },
    'VALIDATION_ERROR',
    'f.status',
  ],
  ['query ($n: Int) { tasks(first: $n) { nodes { id } } }', { n: 1000 }, 'VALIDATION_ERROR', 'first'],
  ['query ($id: ID = "x") { task(id: $id) { id } }', { id: null }, 'VALIDATION_ERROR', 'id'],
  [
    'query ($after: String) { tasks(after: $after) { nodes { id } } }',
    { after: 'zzz' },
    'BAD_CURSOR',
    'after',
  ],
];

const LITERALS: Wrong[] = [
  [literal('{ prompt: 5 }'), {}, 'GRAPHQL_VALIDATION_FAILED', 'input.prompt'],
  [literal('{ prompt: null }'), {}, 'VALIDATION_ERROR', 'input.prompt'],
  [literal('{}'), {}, 'VALIDATION_ERROR', 'input.prompt'],
  ['mutation { deleteTask(input: {}) { deletedId } }', {}, 'GRAPHQL_VALIDATION_FAILED', 'input.id'],
  ['mutation { deleteTask(input: { id: null }) { deletedId } }', {}, 'GRAPHQL_VALIDATION_FAILED', 'input.id'],
  [literal('5'), {}, 'GRAPHQL_VALIDATION_FAILED', 'input'],
  [literal('{ prompt: "x", kind: NO }'), {}, 'GRAPHQL_VALIDATION_FAILED', 'input.kind'],
  [literal('{ prompt: "x", bogus: 1 }'), {}, 'GRAPHQL_VALIDATION_FAILED', 'input.bogus'],
  [
    literal('{ prompt: "x", parameters: { stop: ["a", 5] } }'),
    {},
    'GRAPHQL_VALIDATION_FAILED',
    'input.parameters.stop.1',
  ],
  [
    literal('{ prompt: "x", parameters: { bogus: 1 } }'),
    {},
    'GRAPHQL_VALIDATION_FAILED',
    'input.parameters.bogus',
  ],
  [literal('{ prompt: "" }'), {}, 'VALIDATION_ERROR', 'input.prompt'],
  ['mutation { createTask { task { id } } }', {}, 'GRAPHQL_VALIDATION_FAILED', 'input'],
  [
    'mutation ($p: Int) { createTask(input: { prompt: $p }) { task { id } } }',
    { p: 1 },
    'GRAPHQL_VALIDATION_FAILED',
    'input.prompt',
  ],
  [
    '{ a: tasks(filter: { statuses: [WRONG] }) { nodes { id } } }',
    {},
    'GRAPHQL_VALIDATION_FAILED',
    'filter.statuses.0',
  ],
  ['query { health @include(if: 5) { status } }', {}, 'GRAPHQL_VALIDATION_FAILED', 'if'],
  ['{ task(id: 5.5) { id } }', {}, 'GRAPHQL_VALIDATION_FAILED', 'id'],
  ['{ nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ['{', {}, 'GRAPHQL_PARSE_FAILED'],
  ['', {}, 'GRAPHQL_PARSE_FAILED'],
  ['query A { health { status } } query B { health { status } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ['{ task(id: "x") { id } }', {}, 'NOT_FOUND', 'id'],
  ['subscription { tokens(taskId: "x") }', {}, 'NOT_FOUND', 'taskId'],
];

describe.each(TRANSPORTS)('over %s', (transport) => {
  test.each([...VARIABLES, ...LITERALS])('%s %j', async (document, variables, code, field) => {
    const answer = await ask(transport, server.url, ann, document, variables as Record<string, unknown>);
    expect(answer.errors).toHaveLength(1);
    const { message, extensions } = answer.errors![0]!;
    expect({ code: extensions.code, field: extensions.field }).toEqual({ code, field });
    expect(REQUEST_ERROR_CODES).toContain(code);
    expect(message).not.toBe('');
    expect(Object.keys(extensions).sort()).toEqual(
      expect.not.arrayContaining(['http', 'stack', 'originalError']),
    );
    expect(JSON.stringify(answer)).not.toMatch(/node_modules|\bat .*\.ts:/);
  });

  test('what is not there and what is not yours look the same', async () => {
    const bob = await server.newUser();
    const hers = await bob.createTask({ prompt: 'x' });
    const unknown = Buffer.from('Task:00000000-0000-7000-8000-000000000000').toString('base64url');
    const [one, other] = await Promise.all(
      [hers, unknown].map((id) =>
        ask(transport, server.url, ann, 'query ($id: ID!) { task(id: $id) { id } }', { id }),
      ),
    );
    expect(one).toEqual(other);
    expect(one).toMatchObject({ data: { task: null }, errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  test('what goes wrong on our side is masked, and told with the id under which it is logged', async () => {
    const query = vi.spyOn(server.store.database.aside, 'query');
    query.mockImplementation(() => Promise.reject(new Error('secret at node_modules/pg')) as never);
    const answer = await ask(transport, server.url, {}, '{ health { status } }');
    query.mockRestore();
    const [error] = answer.errors!;
    expect(error?.extensions).toEqual({
      code: 'INTERNAL_ERROR',
      errorId: expect.stringMatching(/^[\w-]{36}$/),
    });
    expect(error?.message).toContain(error?.extensions.errorId);
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  test('a long list of wrong values is told about in brief', async () => {
    const stop = Array.from({ length: 20_000 }, () => 5);
    const answer = await ask(transport, server.url, ann, TASK, given({ prompt: 'x', parameters: { stop } }));
    expect(answer.errors?.[0]?.extensions.issues.length).toBeLessThanOrEqual(20);
  });
});

test('the log keeps what the client is not told', () => {
  const lines: string[] = [];
  const mask = maskError(pino({}, { write: (line) => lines.push(line) }));
  const { extensions } = mask(new Error('secret'));
  const logged = JSON.parse(lines[0]!);
  expect(logged.errorId).toBe(extensions.errorId);
  expect(logged.error).toMatch(/^Error: secret\n +at .*errors\.test\.ts/);
});

test('whatever the input is, it is a task or a fault of the client', async () => {
  const anything = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.double());
  const input = fc.record(
    {
      prompt: anything,
      systemPrompt: anything,
      model: anything,
      kind: anything,
      parameters: anything,
      bogus: anything,
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(input, anything), async (value) => {
      const answer = await ask('HTTP', server.url, ann, TASK, given(value));
      for (const { extensions } of answer.errors ?? []) {
        expect(REQUEST_ERROR_CODES).toContain(extensions.code);
        expect(extensions.code).not.toBe('INTERNAL_ERROR');
        expect(extensions.field).toMatch(/^(input|body)/);
      }
    }),
    { numRuns: 200 },
  );
});
