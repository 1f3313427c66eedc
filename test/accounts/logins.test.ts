import { describe, expect, test } from 'vitest';
import { type Answer, type Client, createClient, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { ask } from '../http/transports.ts';

let people = 0;

const server = fixture(() => startTestServer({ worker: false }));

const PASSWORD = 'a good password';
const FIELDS = 'token refreshToken expiresInSeconds user { email }';

interface Person {
  email: string;
  token: string;
  refreshToken: string;
  client: Client;
}

async function newPerson(): Promise<Person> {
  people += 1;
  const email = `person${people}@example.com`;
  const answer = await server.anonymous.query(
    `mutation ($input: RegisterInput!) { register(input: $input) { ${FIELDS} } }`,
    { input: { email, password: PASSWORD, name: email } },
  );
  const { token, refreshToken } = data(answer).register;
  return { email, token, refreshToken, client: as(token) };
}

const as = (token: string) => createClient(server.url, { authorization: `Bearer ${token}` });
const refresh = (refreshToken: string, client: Client = server.anonymous) =>
  client.query(
    'mutation ($input: RefreshLoginInput!) { refreshLogin(input: $input) { token refreshToken expiresInSeconds } }',
    {
      input: { refreshToken },
    },
  );
const logIn = (input: object, client: Client = server.anonymous) =>
  client.query('mutation ($input: LoginInput!) { login(input: $input) { token refreshToken } }', {
    input: { password: PASSWORD, ...input },
  });
const isIn = async (client: Client) => (await client.query('{ viewer { id } }')).errors === undefined;
const codes = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions.code);

describe('refreshLogin', () => {
  test('returns another token of the same login, and the next refresh token', async () => {
    const { refreshToken, email } = await newPerson();
    expect(refreshToken).toMatch(/^rt_[\w-]{86}$/);
    let current = refreshToken;
    for (let round = 0; round < 3; round += 1) {
      const next = data(await refresh(current)).refreshLogin;
      expect(next.expiresInSeconds).toBe(3600);
      expect(data(await as(next.token).query('{ viewer { email } }')).viewer.email).toBe(email);
      expect(next.refreshToken).not.toBe(current);
      current = next.refreshToken;
    }
    const { rows } = await server.store.database.pool.query('select * from refresh_token');
    expect(JSON.stringify(rows)).not.toContain(current);
  });

  test('reuse of an old one ends the login with all of its tokens, and no other', async () => {
    const { refreshToken, email } = await newPerson();
    const other = data(await logIn({ email })).login;
    const next = data(await refresh(refreshToken)).refreshLogin;
    expect(errorCode(await refresh(refreshToken))).toBe('UNAUTHENTICATED');
    expect(errorCode(await refresh(next.refreshToken))).toBe('UNAUTHENTICATED');
    await expect.poll(() => isIn(as(next.token)), { timeout: 2_000 }).toBe(false);
    expect(await isIn(as(other.token))).toBe(true);
    expect((await refresh(other.refreshToken)).errors).toBeUndefined();
  });

  test('of several uses at once at most one is answered, and the login has ended', async () => {
    const { refreshToken } = await newPerson();
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(refreshToken)));
    const good = answers.filter(({ errors }) => !errors);
    expect(good).toHaveLength(1);
    expect(errorCode(await refresh(data(good[0]!).refreshLogin.refreshToken))).toBe('UNAUTHENTICATED');
  });

  test('an expired one is refused', async () => {
    const { refreshToken } = await newPerson();
    await server.store.database.pool.query('update refresh_token set expires_at = now()');
    expect(errorCode(await refresh(refreshToken))).toBe('UNAUTHENTICATED');
  });

  test.each(['', 'rt_nonsense', 'x'.repeat(201)])('%j is refused, with the field', async (refreshToken) => {
    const answer = await refresh(refreshToken);
    expect(answer.errors![0]!.extensions.field).toBe('input.refreshToken');
  });
});

describe('credentials in the headers', () => {
  const STALE = [{ authorization: 'Bearer nonsense' }, { 'x-api-key': 'md_nonsense' }];

  test.each(['HTTP', 'SSE'] as const)(
    'are ignored by login, register and refreshLogin over %s',
    async (transport) => {
      for (const stale of STALE) {
        const { email, refreshToken } = await newPerson();
        const login = `mutation { login(input: { email: "${email}", password: "${PASSWORD}" }) { token } }`;
        const spread = `mutation { ...L } fragment L on Mutation { ... on Mutation { l: login(input: {
        email: "${email}", password: "${PASSWORD}" }) { token } } }`;
        const refreshing = `mutation { refreshLogin(input: { refreshToken: "${refreshToken}" }) { token } }`;
        people += 1;
        const registering = `mutation { register(input: { email: "person${people}@example.com", name: "x",
        password: "${PASSWORD}" }) { token } }`;
        for (const document of [login, spread, refreshing, registering]) {
          expect(codes(await ask(transport, server.url, stale, document)), document).toEqual([]);
        }
      }
    },
  );

  test('are still refused by everything else, also beside a login', async () => {
    const { email } = await newPerson();
    const login = `login(input: { email: "${email}", password: "${PASSWORD}" }) { token }`;
    for (const document of [
      '{ __typename }',
      `mutation { ${login} logoutEverywhere { user { id } } }`,
      `mutation A { ${login} } query B { viewer { id } }`,
    ]) {
      const operationName = document.includes('query B') ? 'B' : undefined;
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...STALE[0] },
        body: JSON.stringify({ query: document, operationName }),
      });
      expect(response.status, document).toBe(401);
    }
  });
});

test('a wrong password is WRONG_CREDENTIALS, and says nothing about the account', async () => {
  const { email } = await newPerson();
  const wrong = await logIn({ email, password: 'a wrong password' });
  const unknown = await logIn({ email: 'no-one@example.com' });
  expect(codes(wrong)).toEqual(['WRONG_CREDENTIALS']);
  expect(unknown.errors).toEqual(wrong.errors);
});

describe('logout', () => {
  test('ends this login alone', async () => {
    const { email, client, refreshToken } = await newPerson();
    const other = as(data(await logIn({ email })).login.token);
    const answer = await client.query('mutation { logout { user { email } } }');
    expect(data(answer).logout.user.email).toBe(email);
    await expect.poll(() => isIn(client), { timeout: 2_000 }).toBe(false);
    expect(errorCode(await refresh(refreshToken))).toBe('UNAUTHENTICATED');
    expect(await isIn(other)).toBe(true);
  });

  test('over a WebSocket is answered before the socket is closed with 4403', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { token } = await newPerson();
      const answer = await ask(
        'graphql-ws',
        server.url,
        { authorization: `Bearer ${token}` },
        'mutation { logout { user { id } } }',
      );
      expect(data(answer).logout.user.id).toBeTruthy();
    }
  });

  test('with an API key is refused: it has no login', async () => {
    const { client } = await newPerson();
    const { key } = data(
      await client.query('mutation { createApiKey(input: { name: "k" }) { key } }'),
    ).createApiKey;
    const program = createClient(server.url, { 'x-api-key': key });
    expect(errorCode(await program.query('mutation { logout { user { id } } }'))).toBe('INVALID_STATE');
    expect(await isIn(program)).toBe(true);
  });

  test('everywhere leaves API keys, and lets in who logs in again at once', async () => {
    const { email, client } = await newPerson();
    const { key } = data(
      await client.query('mutation { createApiKey(input: { name: "k" }) { key } }'),
    ).createApiKey;
    data(await client.query('mutation { logoutEverywhere { user { id } } }'));
    const again = as(data(await logIn({ email })).login.token);
    expect(await isIn(again)).toBe(true);
    await expect.poll(() => isIn(client), { timeout: 2_000 }).toBe(false);
    expect(await isIn(again)).toBe(true);
    expect(await isIn(createClient(server.url, { 'x-api-key': key }))).toBe(true);
  });
});

describe('changePassword', () => {
  const change = (client: Client, currentPassword: string, newPassword: string) =>
    client.query(
      'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { token refreshToken } }',
      { input: { currentPassword, newPassword } },
    );

  test('replaces it, and leaves only the login that it returns', async () => {
    const { email, client } = await newPerson();
    const other = as(data(await logIn({ email })).login.token);
    const { token, refreshToken } = data(await change(client, PASSWORD, 'another password')).changePassword;
    expect(await isIn(as(token))).toBe(true);
    for (const old of [client, other]) await expect.poll(() => isIn(old), { timeout: 2_000 }).toBe(false);
    expect(await isIn(as(token))).toBe(true);
    expect((await refresh(refreshToken)).errors).toBeUndefined();
    expect(errorCode(await logIn({ email }))).toBe('WRONG_CREDENTIALS');
    expect((await logIn({ email, password: 'another password' })).errors).toBeUndefined();
  });

  test('with a wrong or a short password changes nothing', async () => {
    const { email, client } = await newPerson();
    const wrong = await change(client, 'a wrong password', 'another password');
    expect(wrong.errors![0]!.extensions).toMatchObject({
      code: 'WRONG_CREDENTIALS',
      field: 'input.currentPassword',
    });
    const short = await change(client, PASSWORD, 'short');
    expect(short.errors![0]!.extensions).toMatchObject({
      code: 'VALIDATION_ERROR',
      field: 'input.newPassword',
    });
    expect(await isIn(client)).toBe(true);
    expect((await logIn({ email })).errors).toBeUndefined();
  });

  test('while others log in with the old one: none of them stays in', async () => {
    const { email, client } = await newPerson();
    const logins = Promise.all(Array.from({ length: 6 }, () => logIn({ email })));
    const changed = change(client, PASSWORD, 'another password');
    const tokens = (await logins).flatMap(({ data: answer }) => answer?.login?.token ?? []);
    data(await changed);
    for (const token of tokens) await expect.poll(() => isIn(as(token)), { timeout: 2_000 }).toBe(false);
  });
});

describe('a name', () => {
  test('is reserved by the first account that has it, whoever registers it later', async () => {
    const register = (email: string, name: string) =>
      server.anonymous.register({ email, password: PASSWORD, name });
    await register('tilda@example.com', 'Tilda');
    await register('other@example.com', 'Tilda');
    const { token } = data(await logIn({ username: 'Tilda' })).login;
    expect(data(await as(token).query('{ viewer { email } }')).viewer.email).toBe('tilda@example.com');
  });

  test('that looks like an address lets no one in', async () => {
    await server.anonymous.register({
      email: 'mallory@example.com',
      password: PASSWORD,
      name: 'boss@example.com',
    });
    expect(errorCode(await logIn({ username: 'boss@example.com' }))).toBe('WRONG_CREDENTIALS');
  });
});
