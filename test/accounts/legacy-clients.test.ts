import { beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createLegacyUse } from '../../src/store/accounts/legacy-use.ts';
import { type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { openLegacySocket } from '../rest-compat/clients/legacy-socket.ts';

const server = fixture(() => startTestServer({ worker: false, embedded: true }));
const admin = fixture(() => server.localAdmin());

const CLIENTS = `query ($filter: LegacyClientFilter) {
  legacyClients(first: 100, filter: $filter) {
    nodes { origin userAgent usesApiKey apiKeyName apiKeyPrefix requests firstUsedAt lastUsedAt user { name } } } }`;
const ALL =
  'query ($filter: LegacyClientFilter) { allLegacyClients(first: 100, filter: $filter) { nodes { user { id } requests } } }';

async function ask(path: string, headers: Record<string, string>): Promise<number> {
  const response = await fetch(`${server.url}${path}`, { headers });
  await response.arrayBuffer();
  return response.status;
}

const bearer = ({ token }: Client) => ({ authorization: `Bearer ${token}` });
const clientsOf = async (client: Client, filter = {}) =>
  data(await client.query(CLIENTS, { filter })).legacyClients.nodes;
const keyOf = async (client: Client, name: string): Promise<string> =>
  data(
    await client.query('mutation ($n: String!) { createApiKey(input: { name: $n }) { key } }', { n: name }),
  ).createApiKey.key;

describe('given requests with a token, a key and by a socket, then each client is listed with its requests', () => {
  let ann: Client;
  let key: string;

  beforeAll(async () => {
    ann = await server.newUser();
    key = await keyOf(ann, 'cron job');
    for (let count = 0; count < 3; count += 1)
      await ask('/amas/api/v1/agents', { ...bearer(ann), 'user-agent': 'python-requests/2.32' });
    await ask('/mini-devin/api/sessions', { 'x-api-key': key, 'user-agent': 'legacy/1' });
    await ask('/mini-devin/api/nothing', { 'x-api-key': key, 'user-agent': 'legacy/1' });
    const headers = { 'user-agent': 'legacy/1' };
    const socket = await openLegacySocket(server.url, `/amas/ws?token=${ann.token}`, { headers });
    await socket.close();
  });

  test('the account sees them', async () => {
    const clients = await clientsOf(ann);
    expect(clients).toHaveLength(3);
    expect(clients).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          origin: 'AMAS',
          userAgent: 'python-requests/2.32',
          usesApiKey: false,
          apiKeyName: null,
          requests: 3,
        }),
        expect.objectContaining({ origin: 'AMAS', userAgent: 'legacy/1', usesApiKey: false, requests: 1 }),
        expect.objectContaining({
          origin: 'MINI_DEVIN',
          userAgent: 'legacy/1',
          usesApiKey: true,
          apiKeyName: 'cron job',
          apiKeyPrefix: key.slice(0, 8),
          requests: 2,
        }),
      ]),
    );
  });

  test('filters select by API and by the time of their last use', async () => {
    expect(await clientsOf(ann, { origins: ['MINI_DEVIN'] })).toHaveLength(1);
    expect(await clientsOf(ann, { usedSince: '2099-01-01T00:00:00Z' })).toEqual([]);
    const refused = await ann.query(CLIENTS, { filter: { origins: ['GRAPHQL'] } });
    expect(refused.errors?.[0]?.extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      field: 'filter.origins',
    });
  });

  test('other accounts do not see them, admins do', async () => {
    const bob = await server.newUser();
    expect(await clientsOf(bob)).toEqual([]);
    expect(errorCode(await bob.query(ALL))).toBe('FORBIDDEN');
    const { id } = data(await ann.query('{ viewer { id } }')).viewer;
    const { nodes } = data(await admin.query(ALL)).allLegacyClients;
    const own = nodes.filter(({ user }: { user: { id: string } }) => user.id === id);
    expect(own).toHaveLength(3);
  });
});

test('given invalid credentials, health checks and GraphQL, then no client is listed', async () => {
  const ann = await server.newUser();
  expect(await ask('/mini-devin/health', bearer(ann))).toBe(200);
  expect(await ask('/amas/api/v1/agents', { authorization: 'Bearer stale' })).toBe(401);
  expect(await clientsOf(ann)).toEqual([]);
});

test('given 150 user agents, then an account has 100 clients, and the others are counted together', async () => {
  const ann = await server.newUser();
  const asked = Array.from({ length: 150 }, (_, index) =>
    ask('/amas/api/v1/agents', { ...bearer(ann), 'user-agent': `agent ${index} ${'x'.repeat(300)}` }),
  );
  expect(new Set(await Promise.all(asked))).toEqual(new Set([200]));
  const page =
    'query ($after: String) { legacyClients(first: 100, after: $after) { nodes { userAgent requests } pageInfo { endCursor } } }';
  const first = data(await ann.query(page)).legacyClients;
  const second = data(await ann.query(page, { after: first.pageInfo.endCursor })).legacyClients;
  const nodes: { userAgent: string; requests: number }[] = [...first.nodes, ...second.nodes];
  expect(nodes).toHaveLength(101);
  expect(Math.max(...nodes.map(({ userAgent }) => userAgent.length))).toBe(200);
  expect(nodes.reduce((sum, { requests }) => sum + requests, 0)).toBe(150);
  await ask('/amas/api/v1/agents', { ...bearer(ann), 'user-agent': 'one more' });
  const others = (await ann.query(page)).data.legacyClients.nodes;
  expect(JSON.stringify(others)).not.toContain('one more');
});

test('given a key that is deleted, then its client stays, without a name', async () => {
  const ann = await server.newUser();
  const key = await keyOf(ann, 'short-lived');
  await ask('/amas/api/v1/agents', { 'x-api-key': key });
  expect(await clientsOf(ann)).toEqual([expect.objectContaining({ apiKeyName: 'short-lived' })]);
  const { id } = data(await ann.query('{ apiKeys(first: 1) { nodes { id } } }')).apiKeys.nodes[0];
  await ann.query('mutation ($id: ID!) { deleteApiKey(input: { id: $id }) { deletedId } }', { id });
  expect(await clientsOf(ann)).toEqual([expect.objectContaining({ usesApiKey: true, apiKeyName: null })]);
});

test('given counters of several processes that write at the same time, then all requests are counted', async () => {
  const ann = await server.newUser();
  const { id } = (
    await server.store.database.pool.query('select id from app_user order by created_at desc limit 1')
  ).rows[0];
  const processes = Array.from({ length: 4 }, () =>
    createLegacyUse(server.store.database, createLog('silent')),
  );
  const userAgents = Array.from({ length: 50 }, (_, index) => `agent ${index}`);
  for (const use of processes)
    for (const userAgent of userAgents.toReversed())
      use.count({ ownerId: id, origin: 'amas', keyHash: null, userAgent });
  await Promise.all(processes.map((use) => use.stop()));
  const clients = await clientsOf(ann);
  expect(clients.map(({ requests }: { requests: number }) => requests)).toEqual(userAgents.map(() => 4));
});

test('given a database that refuses, then the counts are written the next time', async () => {
  const ann = await server.newUser();
  const { pool } = server.store.database;
  const { id } = (await pool.query('select id from app_user order by created_at desc limit 1')).rows[0];
  const use = createLegacyUse(server.store.database, createLog('silent'));
  const caller = { ownerId: id, origin: 'amas', keyHash: null, userAgent: 'a' } as const;
  use.count(caller);
  await pool.query('alter table legacy_client rename to legacy_client_away');
  await use.write();
  use.count(caller);
  await pool.query('alter table legacy_client_away rename to legacy_client');
  await use.stop();
  expect(await clientsOf(ann)).toEqual([expect.objectContaining({ requests: 2 })]);
});

test('given a client unused for a year, then it is deleted at the next write of its account', async () => {
  const ann = await server.newUser();
  await ask('/amas/api/v1/agents', { ...bearer(ann), 'user-agent': 'old' });
  expect(await clientsOf(ann)).toHaveLength(1);
  const { pool } = server.store.database;
  await pool.query(
    `update legacy_client set last_used_at = now() - interval '366 days' where user_agent = 'old'`,
  );
  await ask('/amas/api/v1/agents', { ...bearer(ann), 'user-agent': 'new' });
  expect((await clientsOf(ann)).map(({ userAgent }: { userAgent: string }) => userAgent)).toEqual(['new']);
});

test('metrics count kinds of credentials and programs, whatever clients send', async () => {
  const ann = await server.newUser();
  const before = await server.metrics.render();
  await ask('/themachine/api/v1/agents', { ...bearer(ann), 'user-agent': 'python-httpx/0.27' });
  await ask('/themachine/api/v1/agents', { 'user-agent': 'mine "\n'.trim() });
  await ask('/themachine/api/v1/agents', { authorization: 'Bearer stale', 'user-agent': 'curl/8' });
  const text = await server.metrics.render();
  const counted = text
    .split('\n')
    .filter((line) => line.startsWith('polyphony_legacy_client_requests_total{dialect="themachine"'));
  expect(before).not.toContain('dialect="themachine",credentials');
  expect(counted.toSorted()).toEqual([
    'polyphony_legacy_client_requests_total{dialect="themachine",credentials="invalid",program="curl"} 1',
    'polyphony_legacy_client_requests_total{dialect="themachine",credentials="none",program="other"} 1',
    'polyphony_legacy_client_requests_total{dialect="themachine",credentials="token",program="python"} 1',
  ]);
});
