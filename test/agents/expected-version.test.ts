import { beforeAll, describe, expect, test } from 'vitest';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());

const STEPS = {
  template: [{ storeOutput: { key: 'a', name: 'a', content: 'a' } }],
  workflow: [{ key: 'a', task: 'x', model: 'demo' }],
};

describe.each([
  { noun: 'agent', input: {} },
  { noun: 'template', input: { steps: STEPS.template } },
  { noun: 'workflow', input: { steps: STEPS.workflow } },
])('an update of a version of a $noun', ({ noun, input }) => {
  const type = noun[0]!.toUpperCase() + noun.slice(1);
  const call = (name: string, given: object) =>
    ann.query(
      `mutation ($input: ${name}${type}Input!) {
        made: ${name.toLowerCase()}${type}(input: $input) { it: ${noun} { id version description } } }`,
      { input: given },
    );
  let id: string;
  beforeAll(async () => {
    const { it } = data(await call('Create', { name: `of-${noun}`, description: 'old', ...input })).made;
    expect(it.version).toBe(1);
    id = it.id;
  });
  const read = async () =>
    data(
      await ann.query(`query ($ids: [ID!]!) { nodes(ids: $ids) { ...on ${type} { version description } } }`, {
        ids: [id],
      }),
    ).nodes[0];

  test('is made at that version, and refused at another with the present one', async () => {
    const first = await call('Update', { id, description: 'new', expectedVersion: 1 });
    expect(data(first).made.it).toMatchObject({ version: 2, description: 'new' });
    const second = await call('Update', { id, description: 'lost', expectedVersion: 1 });
    expect(second.errors?.map(({ message, extensions }) => ({ message, extensions }))).toEqual([
      {
        message: `input.expectedVersion: the ${noun} is at version 2; read it again`,
        extensions: expect.objectContaining({
          code: 'CONFLICT',
          field: 'input.expectedVersion',
          currentVersion: 2,
        }),
      },
    ]);
    expect(await read()).toEqual({ version: 2, description: 'new' });
  });

  test('is made once when several expect the same version at once', async () => {
    const { version } = await read();
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        call('Update', { id, description: `${index}`, expectedVersion: version }),
      ),
    );
    const lost = answers.filter(({ errors }) => errors);
    expect(lost).toHaveLength(5);
    for (const { errors } of lost) {
      expect(errors![0]!.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: version + 1 });
    }
    expect((await read()).version).toBe(version + 1);
  });

  test('is made at any version without an expected one', async () => {
    const { version } = await read();
    for (const expectedVersion of [null, undefined]) {
      data(await call('Update', { id, description: 'any', expectedVersion }));
    }
    expect((await read()).version).toBe(version + 2);
  });

  test('says what a version may be', async () => {
    const { errors } = await call('Update', { id, expectedVersion: 0 });
    expect(errors![0]!.extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      field: 'input.expectedVersion',
    });
  });
});
