import { describe, expect, test } from 'vitest';
import { createTokens } from '../../src/resolvers/accounts/logins/tokens.ts';
import type { DialectTable } from '../../src/rest-compat/definitions/dialect-table.ts';
import {
  type Choice,
  type Clues,
  chooseDialect,
  turnsOnOrigin,
} from '../../src/rest-compat/routing/choose-dialect.ts';
import { documentedPaths } from '../../src/rest-compat/routing/documented-paths.ts';
import { readClues } from '../../src/rest-compat/routing/read-clues.ts';
import { socketAt } from '../../src/rest-compat/routing/socket-at.ts';
import { DIALECTS, type Dialect } from '../../src/vocabulary.ts';
import { DOCUMENTED } from './audits/documented.ts';

const TASKS = ['themachine', 'ai-task-orchestra', 'amas'] as const;

const NOTHING: Clues = {
  candidates: TASKS,
  named: null,
  guestOf: null,
  body: undefined,
  query: {},
  id: null,
  origin: null,
  hasApiKey: false,
  issuedBy: null,
  fallback: 'themachine',
};

const CASES: [given: string, clues: Partial<Clues>, then: Choice][] = [
  ['nothing', {}, { dialect: 'themachine', by: 'default' }],
  ['another default', { fallback: 'amas' }, { dialect: 'amas', by: 'default' }],
  ['a default that does not have it', { fallback: 'orchestratex' }, { dialect: 'themachine', by: 'default' }],
  ['a name', { named: 'amas', body: { template: 't' } }, { dialect: 'amas', by: 'named' }],
  ['a name of who does not have it', { named: 'mini-devin' }, { dialect: 'mini-devin', by: 'named' }],
  [
    'one that has it',
    { candidates: ['orchestratex'], hasApiKey: true },
    { dialect: 'orchestratex', by: 'path' },
  ],
  [
    'the base URL of guests',
    { candidates: ['mini-devin', 'orchestratex'], guestOf: 'orchestratex', body: { type: 'code' } },
    { dialect: 'orchestratex', by: 'base_url' },
  ],
  [
    'the base URL of guests at a path of others',
    { guestOf: 'orchestratex' },
    { dialect: 'themachine', by: 'default' },
  ],
  ['a template', { body: { template: 't', type: 'code' } }, { dialect: 'ai-task-orchestra', by: 'body' }],
  ['a task_type', { body: { task_type: 'scan', type: 'code' } }, { dialect: 'amas', by: 'body' }],
  ['a type', { body: { type: 'code' }, hasApiKey: true }, { dialect: 'themachine', by: 'body' }],
  [
    'a member that is inherited',
    { body: Object.create({ template: 1 }) },
    { dialect: 'themachine', by: 'default' },
  ],
  ['a body that is a list', { body: ['template'] }, { dialect: 'themachine', by: 'default' }],
  ['a body that is null', { body: null }, { dialect: 'themachine', by: 'default' }],
  [
    'a body of one that does not have it',
    { candidates: ['themachine', 'amas'], body: { template: 't' } },
    { dialect: 'themachine', by: 'default' },
  ],
  ['a filter by template', { query: { template: 't' } }, { dialect: 'ai-task-orchestra', by: 'query' }],
  ['a filter by type', { query: { type: 'code' } }, { dialect: 'themachine', by: 'query' }],
  [
    'a filter by type beside an API key',
    { query: { type: 'code' }, hasApiKey: true },
    { dialect: 'themachine', by: 'query' },
  ],
  [
    'a filter by active agents',
    { candidates: ['themachine', 'amas'], query: { is_active: 'true' }, issuedBy: 'amas' },
    { dialect: 'themachine', by: 'query' },
  ],
  ...(['queued', 'running', 'cancelled'] as const).map((status): [string, Partial<Clues>, Choice] => [
    `the status ${status}`,
    { query: { status } },
    { dialect: 'ai-task-orchestra', by: 'query' },
  ]),
  ...(['pending', 'in_progress'] as const).map((status): [string, Partial<Clues>, Choice] => [
    `the status ${status}`,
    { query: { status }, fallback: 'ai-task-orchestra' },
    { dialect: 'themachine', by: 'query' },
  ]),
  ['a status that both have', { query: { status: 'failed' } }, { dialect: 'themachine', by: 'default' }],
  ['a status that none has', { query: { status: 'toString' } }, { dialect: 'themachine', by: 'default' }],
  ['a status twice', { query: { status: ['queued'] } }, { dialect: 'themachine', by: 'default' }],
  [
    'a body and a filter that disagree',
    { body: { task_type: 'scan' }, query: { template: 't' } },
    { dialect: 'amas', by: 'body' },
  ],
  [
    'an id of 24 hexadecimal digits',
    { candidates: ['mini-devin', 'orchestratex'], id: '68b2c9faa82de4230e87701c', fallback: 'mini-devin' },
    { dialect: 'orchestratex', by: 'id' },
  ],
  [
    'such an id of an object that another made',
    { candidates: ['mini-devin', 'orchestratex'], id: '68b2c9faa82de4230e87701c', origin: 'mini-devin' },
    { dialect: 'mini-devin', by: 'origin' },
  ],
  [
    'such an id where its dialect has no path',
    { id: '68b2c9faa82de4230e87701c' },
    { dialect: 'themachine', by: 'default' },
  ],
  [
    'another id',
    {
      candidates: ['mini-devin', 'orchestratex'],
      id: '68b2c9fa-a82d-4e42-b0e8-7701c0000000',
      fallback: 'mini-devin',
    },
    { dialect: 'mini-devin', by: 'default' },
  ],
  ['its origin', { origin: 'amas', hasApiKey: true }, { dialect: 'amas', by: 'origin' }],
  ['an origin in GraphQL', { origin: 'graphql', issuedBy: 'amas' }, { dialect: 'amas', by: 'token' }],
  [
    'an origin that does not have it',
    { origin: 'orchestratex', hasApiKey: true },
    { dialect: 'ai-task-orchestra', by: 'api_key' },
  ],
  ['a key', { hasApiKey: true, issuedBy: 'amas' }, { dialect: 'ai-task-orchestra', by: 'api_key' }],
  [
    'a key for what its dialect does not have',
    { candidates: ['themachine', 'amas'], hasApiKey: true },
    { dialect: 'themachine', by: 'default' },
  ],
  ['a token of AMAS', { issuedBy: 'amas' }, { dialect: 'amas', by: 'token' }],
  ['a token of another', { issuedBy: 'mini-devin' }, { dialect: 'themachine', by: 'default' }],
];

describe('whose client asks at a documented path', () => {
  test.each(CASES)('given %s', (_given, clues, then) => {
    expect(chooseDialect({ ...NOTHING, ...clues })).toEqual(then);
  });

  test('what the path names is looked for only when nothing before it decides', () => {
    const turns = (clues: Partial<Clues>) => turnsOnOrigin(chooseDialect({ ...NOTHING, ...clues }));
    const later = [{}, { hasApiKey: true }, { issuedBy: 'amas' }, { id: '68b2c9faa82de4230e87701c' }];
    expect(later.map(turns)).toEqual([true, true, true, true]);
    const before = [{ named: 'amas' as const }, { body: { type: 'x' } }, { query: { type: 'x' } }];
    expect(before.map(turns)).toEqual([false, false, false]);
  });
});

describe('what a request says of itself', () => {
  const read = (headers: Record<string, string>, query = {}) => readClues({ headers, query, params: {} });

  test('a name in the header goes before one in the query', () => {
    expect(read({ 'x-api-dialect': 'amas' }, { dialect: 'themachine' }).named).toBe('amas');
    expect(read({}, { dialect: 'mini-devin' }).named).toBe('mini-devin');
    expect(read({}).named).toBeNull();
  });

  test('a name that is none is refused with what there is', () => {
    expect(() => read({ 'x-api-dialect': 'AMAS' })).toThrow(
      'X-API-Dialect: must be one of themachine, ai-task-orchestra, mini-devin, amas, orchestratex',
    );
  });

  test('a token says whose login gave it; what is no token says nothing', async () => {
    const token = await createTokens('x'.repeat(32)).sign('ann', 60, 'amas');
    expect(read({ authorization: `Bearer ${token}` }).issuedBy).toBe('amas');
    for (const authorization of ['Bearer x.y.z', 'Basic abc', ''])
      expect(read({ authorization }).issuedBy).toBeNull();
  });
});

describe('who documents a path', () => {
  const tables = DIALECTS.map((name) => ({
    name,
    endpoints: DOCUMENTED[name].map((line) => {
      const [method, path] = line.split(' ');
      return { method, path };
    }),
  })) as unknown as DialectTable[];
  const paths = documentedPaths(tables);
  const who = (method: string, url: string) => paths.find((path) => path.url === url)?.candidates(method);

  test.each([
    ['POST', '/api/v1/tasks', TASKS],
    ['GET', '/api/v1/tasks', ['themachine', 'ai-task-orchestra']],
    ['HEAD', '/api/v1/tasks', ['themachine', 'ai-task-orchestra']],
    ['GET', '/api/v1/tasks/:p0', TASKS],
    ['PATCH', '/api/v1/tasks/:p0', ['themachine']],
    ['GET', '/api/v1/tasks/status', ['ai-task-orchestra']],
    ['GET', '/api/sessions', ['mini-devin']],
    ['POST', '/api/sessions', ['mini-devin']],
    ['POST', '/api/sessions/', ['orchestratex']],
    ['GET', '/api/sessions/:p0', ['mini-devin', 'orchestratex']],
    ['GET', '/api/models', ['mini-devin']],
    ['GET', '/api/models/', ['orchestratex']],
    ['POST', '/api/threads', ['orchestratex']],
    ['GET', '/api/v1/agents', ['themachine', 'amas']],
    ['GET', '/api/v1/tasks/:p0/artifacts/:p1', undefined],
    ['GET', '/api/tasks/:p0/artifacts/:p1', ['mini-devin']],
  ])('%s %s', (method, url, dialects) => {
    expect(who(method, url)).toEqual(dialects);
  });

  test('a method that nobody has there is for all who have the path to refuse', () => {
    expect(who('PUT', '/api/v1/tasks')).toEqual(['themachine', 'ai-task-orchestra', 'amas']);
  });

  test('77 endpoints are 66 methods and paths', () => {
    const exact = new Set(
      Object.values(DOCUMENTED)
        .flat()
        .map((line) => line.replaceAll(/\{\w+\}/g, '{}').replace(/\/$/, '')),
    );
    expect([Object.values(DOCUMENTED).flat().length, exact.size]).toEqual([77, 66]);
  });
});

describe('whose socket is asked for', async () => {
  const tokens = createTokens('x'.repeat(32));
  const ofAmas = await tokens.sign('ann', 60, 'amas');
  const ofTheMachine = await tokens.sign('ann', 60, 'themachine');
  const ofMiniDevin = await tokens.sign('ann', 60, 'mini-devin');
  const ofGraphql = await tokens.sign('ann', 60);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const protocols = (names: string) => ({ 'sec-websocket-protocol': names });

  test.each<[string, string, Record<string, string>, Dialect, Dialect]>([
    ['nothing', '/ws', {}, 'themachine', 'themachine'],
    ['another default', '/ws', {}, 'amas', 'amas'],
    ['a default without the path', '/ws', {}, 'orchestratex', 'themachine'],
    ['a token of AMAS', `/ws?token=${ofAmas}`, {}, 'themachine', 'amas'],
    ['a token of AMAS in a header', '/ws', bearer(ofAmas), 'themachine', 'amas'],
    ['a token of TheMachine', `/ws?token=${ofTheMachine}`, {}, 'amas', 'themachine'],
    ['a token of who has no such socket', `/ws?token=${ofMiniDevin}`, {}, 'amas', 'amas'],
    ['a token of GraphQL', `/ws?token=${ofGraphql}`, {}, 'themachine', 'themachine'],
    ['an API key', '/ws?token=md_x', {}, 'amas', 'amas'],
    ['what is no token', '/ws?token=x', {}, 'themachine', 'themachine'],
    ['a header', '/ws', { 'x-api-dialect': 'amas' }, 'themachine', 'amas'],
    ['a name beside a token', `/ws?token=${ofAmas}&dialect=themachine`, {}, 'amas', 'themachine'],
    ['a sub-protocol', `/ws?token=${ofTheMachine}`, protocols('amas'), 'themachine', 'amas'],
    ['one of several sub-protocols', '/ws', protocols('json, amas'), 'themachine', 'amas'],
    ['sub-protocols of no one', '/ws', protocols('json'), 'themachine', 'themachine'],
    ['a name beside a sub-protocol', '/ws?dialect=themachine', protocols('amas'), 'amas', 'themachine'],
    ['a task', '/ws/tasks/1?token=x', {}, 'amas', 'mini-devin'],
    ['a session', `/ws/68b2c9faa82de4230e87701c?token=${ofAmas}`, {}, 'amas', 'orchestratex'],
  ])('given %s', (_given, url, headers, fallback, dialect) => {
    expect(socketAt({ url, headers }, fallback)).toEqual({ dialect, path: url.split('?')[0] });
  });

  test.each(['/', '/graphql', '/wsx', '/api/ws'])('%s is none', (url) => {
    expect(socketAt({ url, headers: {} }, 'themachine')).toBeNull();
  });
});
