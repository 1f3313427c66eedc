import { describe, expect, test } from 'vitest';
import { createClient, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer({ worker: false }));

const REGISTER = `mutation ($input: RegisterInput!) { register(input: $input) { user { id email name isAdmin } token } }`;
const LOGIN = 'mutation ($input: LoginInput!) { login(input: $input) { token expiresInSeconds } }';
const CREATE_KEY = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { apiKey { id name prefix expiresAt } key } }`;
const VIEWER = '{ viewer { id email name } }';

const ann = { email: 'a@b.c', password: 'a good password', name: 'Ann' };

test('the first account is the admin, also when two come at once', async () => {
  const answers = await Promise.all([
    server.anonymous.query(REGISTER, { input: ann }),
    server.anonymous.query(REGISTER, { input: { ...ann, email: 'first@b.c' } }),
  ]);
  const admins = answers.filter((answer) => data(answer).register.user.isAdmin);
  expect(admins).toHaveLength(1);
  const later = await server.anonymous.query(REGISTER, { input: { ...ann, email: 'later@b.c' } });
  expect(data(later).register.user.isAdmin).toBe(false);
});

test('an address is registered once, whatever its letters and however many try at once', async () => {
  expect(errorCode(await server.anonymous.query(REGISTER, { input: { ...ann, email: ' A@B.C ' } }))).toBe(
    'CONFLICT',
  );
  const race = await Promise.all(
    Array.from({ length: 4 }, () =>
      server.anonymous.query(REGISTER, { input: { ...ann, email: 'race@b.c' } }),
    ),
  );
  expect(race.filter(({ errors }) => !errors)).toHaveLength(1);
});

test('login gives a token for the viewer', async () => {
  const { token, expiresInSeconds } = data(
    await server.anonymous.query(LOGIN, { input: { email: 'A@b.c', password: ann.password } }),
  ).login;
  expect(expiresInSeconds).toBe(3600);
  const client = createClient(server.url, { authorization: `Bearer ${token}` });
  expect(data(await client.query(VIEWER)).viewer).toMatchObject({ email: 'a@b.c', name: 'Ann' });
});

test.each([
  ['a wrong password', { email: 'a@b.c', password: 'wrong password' }],
  ['an unknown address', { email: 'nobody@b.c', password: 'a good password' }],
  ['the local admin, who has no password', { email: 'admin@localhost', password: '' }],
])('%s is refused with the same words', async (_name, input) => {
  const answer = await server.anonymous.query(LOGIN, { input });
  expect(errorCode(answer)).toBe('WRONG_CREDENTIALS');
  expect(answer.errors![0]!.message).toBe('e-mail or password is wrong');
});

describe('login by a user name', () => {
  const password = 'a good password';
  const logIn = (input: object) => server.anonymous.query(LOGIN, { input: { password, ...input } });

  test('takes the address, or a name that no account had before', async () => {
    await server.anonymous.register({ email: 'una@b.c', password, name: 'Una' });
    for (const username of ['una@b.c', ' UNA@B.C', 'Una'])
      expect(data(await logIn({ username })).login.expiresInSeconds).toBe(3600);
    expect(errorCode(await logIn({ username: 'una' }))).toBe('WRONG_CREDENTIALS');
    await server.anonymous.register({ email: 'una2@b.c', password, name: 'Una' });
    expect(data(await logIn({ username: 'Una' })).login.expiresInSeconds).toBe(3600);
    expect(data(await logIn({ username: 'una2@b.c' })).login.expiresInSeconds).toBe(3600);
  });

  test.each([{}, { email: 'a@b.c', username: 'Ann' }, { email: null, username: null }])(
    'with %j is refused: there has to be one of both',
    async (input) => {
      const answer = await logIn(input);
      expect(errorCode(answer)).toBe('VALIDATION_ERROR');
      expect(answer.errors![0]!.message).toBe('input.email: is required, or username instead of it');
    },
  );
});

describe('API keys', () => {
  test('stand for their owner until they expire; only their hash is kept', async () => {
    const owner = await server.newUser();
    const input = { name: 'ci', expiresAt: '2030-01-01T00:00:00Z' };
    const { apiKey, key } = data(await owner.query(CREATE_KEY, { input })).createApiKey;
    expect(key).toMatch(/^md_[\w-]{43}$/);
    expect(apiKey).toMatchObject({
      name: 'ci',
      prefix: key.slice(0, 8),
      expiresAt: '2030-01-01T00:00:00.000Z',
    });
    const program = createClient(server.url, { 'x-api-key': key });
    expect(await program.query(VIEWER)).toEqual(await owner.query(VIEWER));
    const { pool } = server.store.database;
    const { rows } = await pool.query(`select * from api_key where prefix = $1`, [apiKey.prefix]);
    expect(JSON.stringify(rows)).not.toContain(key);
    await pool.query(`update api_key set expires_at = now() where prefix = $1`, [apiKey.prefix]);
    expect(errorCode(await program.query(VIEWER))).toBe('UNAUTHENTICATED');
  });

  test.each([
    [{ name: '' }, 'input.name'],
    [{ name: 'x', expiresAt: '2020-01-01T00:00:00Z' }, 'input.expiresAt'],
    [{ name: 'x', expiresAt: 'tomorrow' }, 'input.expiresAt'],
    [{ name: 'x', expiresAt: '9999-12-31T23:59:59-23:59' }, 'input.expiresAt'],
  ])('%j is refused', async (input, field) => {
    const owner = await server.newUser();
    const answer = await owner.query(CREATE_KEY, { input });
    expect(errorCode(answer)).toBe('VALIDATION_ERROR');
    expect(answer.errors![0]!.extensions.field).toBe(field);
  });
});

test.each([
  ['authorization', 'Bearer nonsense'],
  ['authorization', 'Basic YTpi'],
  ['authorization', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.'],
  ['x-api-key', 'md_nonsense'],
])('credentials that are no good are refused, not ignored: %s %s', async (header, value) => {
  const client = createClient(server.url, { [header]: value });
  expect(errorCode(await client.query('{ __typename }'))).toBe('UNAUTHENTICATED');
});

test('without credentials there is no viewer', async () => {
  expect(errorCode(await server.anonymous.query(VIEWER))).toBe('UNAUTHENTICATED');
});

test.each([
  [{ ...ann, email: 'nonsense' }, 'input.email'],
  [{ ...ann, email: '' }, 'input.email'],
  [{ ...ann, email: `${'x'.repeat(251)}@b.c` }, 'input.email'],
  [{ ...ann, email: 'n@b.c', password: 'short' }, 'input.password'],
  [{ ...ann, email: 'n@b.c', name: '' }, 'input.name'],
  [{ ...ann, email: 'n@b.c', name: 'a\0b' }, 'input.name'],
])('registration refuses %j', async (input, field) => {
  const answer = await server.anonymous.query(REGISTER, { input });
  expect(errorCode(answer)).toBe('VALIDATION_ERROR');
  expect(answer.errors![0]!.extensions.field).toBe(field);
});

test.each([
  ['closed', 0],
  ['first-only', 1],
])('REGISTRATION=%s lets %i in', async (registration, allowed) => {
  const strict = await startTestServer({ worker: false, variables: { REGISTRATION: registration } });
  try {
    const emails = ['one@b.c', 'two@b.c'];
    const answers = [];
    for (const email of emails)
      answers.push(await strict.anonymous.query(REGISTER, { input: { ...ann, email } }));
    expect(answers.map((answer) => (answer.errors ? errorCode(answer) : 'in'))).toEqual(
      emails.map((_, index) => (index < allowed ? 'in' : 'FORBIDDEN')),
    );
  } finally {
    await strict.stop();
  }
});
