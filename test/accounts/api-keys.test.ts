import { expect, test } from 'vitest';
import { type Client, createClient, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());

const CREATE = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { apiKey { id scopes lastUsedAt } key } }`;
const ROTATE = `mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { apiKey { id name } key } }`;
const DELETE = 'mutation ($id: ID!) { deleteApiKey(input: { id: $id }) { deletedId } }';

const create = async (client: Client, input: object = { name: 'k' }) =>
  data(await client.query(CREATE, { input })).createApiKey;
const withKey = (key: string) => createClient(server.url, { 'x-api-key': key });
const isIn = async (key: string) => (await withKey(key).query('{ viewer { id } }')).errors === undefined;

test('the list goes on after 100 keys, and says when each was last used', async () => {
  const many = await server.newUser();
  const made = [];
  for (let index = 0; index < 105; index += 1) made.push(await create(many));
  await isIn(made[104].key);
  const page = `query ($after: String) { apiKeys(first: 100, after: $after) {
    nodes { id lastUsedAt } pageInfo { hasNextPage endCursor } } }`;
  const first = data(await many.query(page)).apiKeys;
  const second = data(await many.query(page, { after: first.pageInfo.endCursor })).apiKeys;
  const nodes = [...first.nodes, ...second.nodes];
  expect(nodes.map(({ id }: { id: string }) => id)).toEqual(made.map(({ apiKey }) => apiKey.id).reverse());
  expect(second.pageInfo.hasNextPage).toBe(false);
  expect(Date.parse(nodes[0].lastUsedAt)).toBeGreaterThan(Date.now() - 60_000);
  expect(nodes[1].lastUsedAt).toBeNull();
});

test('a key that is rotated stays the same key; its former secret is valid for the grace', async () => {
  const { apiKey, key } = await create(ann, { name: 'ci', scopes: ['RUN', 'READ'] });
  const rotated = data(await ann.query(ROTATE, { input: { id: apiKey.id, graceSeconds: 60 } })).rotateApiKey;
  expect(rotated.apiKey).toEqual({ id: apiKey.id, name: 'ci' });
  expect(await isIn(rotated.key)).toBe(true);
  expect(await isIn(key)).toBe(true);
  await server.store.database.pool.query("update api_key set previous_until = now() - interval '1 second'");
  expect(await isIn(key)).toBe(false);
  expect(await isIn(rotated.key)).toBe(true);
});

test('rotated again within the grace, the one before the last is invalid', async () => {
  const { apiKey, key } = await create(ann);
  const rotate = async () =>
    data(await ann.query(ROTATE, { input: { id: apiKey.id, graceSeconds: 60 } })).rotateApiKey.key;
  const [second, third] = [await rotate(), await rotate()];
  expect([await isIn(key), await isIn(second), await isIn(third)]).toEqual([false, true, true]);
});

test('an expiry that has passed is refused', async () => {
  const input = { name: 'k', expiresAt: '2025-01-01T00:00:00Z' };
  const { errors } = await ann.query(CREATE, { input });
  expect(errors?.[0]?.message).toBe('input.expiresAt: must be in the future');
});

test('an expired key cannot be rotated', async () => {
  const { apiKey } = await create(ann);
  await server.store.database.pool.query("update api_key set expires_at = now() - interval '1 second'");
  expect(errorCode(await ann.query(ROTATE, { input: { id: apiKey.id } }))).toBe('INVALID_STATE');
});

test.each([-1, 604_801])('a grace of %i is refused', async (graceSeconds) => {
  const { apiKey, key } = await create(ann);
  const answer = await ann.query(ROTATE, { input: { id: apiKey.id, graceSeconds } });
  expect(answer.errors![0]!.extensions).toMatchObject({
    code: 'VALIDATION_ERROR',
    field: 'input.graceSeconds',
  });
  expect(await isIn(key)).toBe(true);
});

test('another account’s key cannot be deleted or rotated, nor one that was deleted', async () => {
  const bob = await server.newUser();
  const { apiKey, key } = await create(ann);
  for (const document of [DELETE, ROTATE]) {
    const given = document === DELETE ? { id: apiKey.id } : { input: { id: apiKey.id } };
    const answer = await bob.query(document, given);
    expect(answer.errors![0]!.extensions).toMatchObject({ code: 'NOT_FOUND', field: 'input.id' });
  }
  expect(await isIn(key)).toBe(true);
  expect(data(await ann.query(DELETE, { id: apiKey.id })).deleteApiKey.deletedId).toBe(apiKey.id);
  expect(await isIn(key)).toBe(false);
  expect(errorCode(await ann.query(DELETE, { id: apiKey.id }))).toBe('NOT_FOUND');
});

test('a key has the scopes that it was given, in their order, and all of them without', async () => {
  expect((await create(ann, { name: 'k', scopes: ['RUN', 'READ', 'RUN'] })).apiKey.scopes).toEqual([
    'READ',
    'RUN',
  ]);
  expect((await create(ann)).apiKey.scopes).toEqual(['READ', 'RUN', 'ADMIN']);
  const none = await ann.query(CREATE, { input: { name: 'k', scopes: [] } });
  expect(none.errors![0]!.extensions).toMatchObject({ code: 'VALIDATION_ERROR', field: 'input.scopes' });
});
