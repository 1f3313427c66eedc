import { expect, test } from 'vitest';
import { data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() =>
  startTestServer({ worker: false, variables: { RETENTION_TEXT_DAYS: '30', RETENTION_RUNS_DAYS: '365' } }),
);
const admin = fixture(() => server.newUser());
const ann = fixture(async () => {
  await admin.query('{ viewer { id } }');
  return server.newUser();
});

const FIELDS = 'retention { text events artifacts idempotencyKeys runs deliveries }';
const CHANGE = `mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { ${FIELDS} } } }`;
const own = async () => data(await ann.query(`{ viewer { id ${FIELDS} } }`)).viewer;
const change = async (retention: object) =>
  admin.query(CHANGE, { input: { id: (await own()).id, retention } });
const INSTALLATION = {
  text: 30,
  events: null,
  artifacts: null,
  idempotencyKeys: null,
  runs: 365,
  deliveries: 90,
};

test('an account keeps its data as the installation says, and reads that', async () => {
  expect((await own()).retention).toEqual(INSTALLATION);
});

test('an admin overrides it for an account, and takes it back', async () => {
  const { updateUser } = data(await change({ text: 3, events: 40 }));
  expect(updateUser.user.retention).toEqual({ ...INSTALLATION, text: 3, events: 40 });
  data(await change({ text: null }));
  expect((await own()).retention).toEqual({ ...INSTALLATION, events: 40 });
  data(await change({ events: null }));
  expect((await own()).retention).toEqual(INSTALLATION);
  const { auditLog } = data(await admin.query('{ auditLog(first: 1) { nodes { action } } }'));
  expect(auditLog.nodes).toEqual([{ action: 'USER_RETENTION_CHANGED' }]);
});

test.each([
  ['text', 0, 'input.retention.text: must be 1 to 36500 days'],
  ['text', 36_501, 'input.retention.text: must be 1 to 36500 days'],
  ['events', 30, 'input.retention.events: must be 31 to 36500 days'],
  ['deliveries', -1, 'input.retention.deliveries: must be 1 to 36500 days'],
])('%s cannot be kept for %d days', async (subject, days, message) => {
  const answer = await change({ [subject]: days });
  expect(errorCode(answer)).toBe('VALIDATION_ERROR');
  expect(answer.errors![0]!.message).toContain(message);
  expect((await own()).retention).toEqual(INSTALLATION);
});

test('an account that is no admin cannot change it', async () => {
  const input = { id: (await own()).id, retention: { text: 5 } };
  expect(errorCode(await ann.query(CHANGE, { input }))).toBe('FORBIDDEN');
});
