import { expect, test } from 'vitest';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());

const update = (id: string, change: object) =>
  ann.query('mutation ($input: UpdateTaskInput!) { updateTask(input: $input) { task { metadata } } }', {
    input: { id, ...change },
  });
const merged = async (id: string, mergeMetadata: object) =>
  data(await update(id, { mergeMetadata })).updateTask.task.metadata;

test('members are merged into metadata, objects one level deep', async () => {
  const id = await ann.createTask({ prompt: 'x' });
  expect(await merged(id, { a: 1, b: { c: { d: 1 } } })).toEqual({ a: 1, b: { c: { d: 1 } } });
  expect(await merged(id, {})).toEqual({ a: 1, b: { c: { d: 1 } } });
  expect(await merged(id, { b: { c: { e: 2 }, f: 3 } })).toEqual({ a: 1, b: { c: { e: 2 }, f: 3 } });
  expect(await merged(id, { a: null, b: [4] })).toEqual({ a: null, b: [4] });
  expect(await merged(id, { b: { g: 5 } })).toEqual({ a: null, b: { g: 5 } });
});

test('what would be too long, or is to be replaced as well, is refused', async () => {
  const id = await ann.createTask({ prompt: 'x', metadata: { long: 'x'.repeat(15_000) } });
  const refused = async (change: object) => (await update(id, change)).errors?.[0]?.extensions;
  const error = { code: 'VALIDATION_ERROR', field: 'input.mergeMetadata' };
  expect(await refused({ mergeMetadata: { more: 'y'.repeat(1_000) } })).toMatchObject(error);
  expect(await refused({ mergeMetadata: { more: 1 }, metadata: null })).toMatchObject(error);
  expect(Object.keys(await merged(id, { more: 1 }))).toEqual(['long', 'more']);
});
