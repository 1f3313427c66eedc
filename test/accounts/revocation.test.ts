import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTokens } from '../../src/resolvers/accounts/logins/tokens.ts';
import { type Client, createClient, data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { TIMED } from '../harness/measure/timed.ts';
import { launch, type Polyphony } from '../harness/process.ts';
import { type Redis, startRedis } from '../harness/redis.ts';
import { createDatabase } from '../harness/server.ts';
import { type Credentials, openAll, refusedAfter } from './watched.ts';

const JWT_SECRET = 'a secret of the tests, long enough';
const PASSWORD = 'a good password';

interface Owner {
  email: string;
  id: string;
  client: Client;
  refreshToken: string;
}

interface Revocation {
  what: string;
  /** The credentials that are taken back. */
  credentials(owner: Owner): Promise<Credentials>;
  revoke(owner: Owner, credentials: Credentials): Promise<unknown>;
}

const CREATE_KEY = 'mutation { createApiKey(input: { name: "k" }) { apiKey { id } key } }';

async function createKey({ client }: Owner): Promise<Credentials> {
  const { apiKey, key } = data(await client.query(CREATE_KEY)).createApiKey;
  keyIds.set(key, apiKey.id);
  return { 'x-api-key': key };
}
const keyIds = new Map<string, string>();

const ownToken = async ({ client }: Owner) => ({ authorization: `Bearer ${client.token}` });
const run = async (client: Client, document: string, variables = {}) =>
  data(await client.query(document, variables));

/** By the first account of the installation. */
const asAdmin = (document: string, { id }: Owner) =>
  run(admin, document, { id: Buffer.from(`User:${id}`).toString('base64url') });

const REVOCATIONS: Revocation[] = [
  {
    what: 'updateUser(isActive: false), with a token',
    credentials: ownToken,
    revoke: (owner) =>
      asAdmin(
        'mutation ($id: ID!) { updateUser(input: { id: $id, isActive: false }) { user { id } } }',
        owner,
      ),
  },
  {
    what: 'updateUser(isActive: false), with a key',
    credentials: createKey,
    revoke: (owner) =>
      asAdmin(
        'mutation ($id: ID!) { updateUser(input: { id: $id, isActive: false }) { user { id } } }',
        owner,
      ),
  },
  {
    what: 'deleteUser',
    credentials: createKey,
    revoke: (owner) => asAdmin('mutation ($id: ID!) { deleteUser(input: { id: $id }) { deletedId } }', owner),
  },
  {
    what: 'resetPassword',
    credentials: ownToken,
    revoke: async (owner) => {
      const document = 'mutation ($id: ID!) { createPasswordReset(input: { id: $id }) { resetToken } }';
      const { resetToken } = (await asAdmin(document, owner)).createPasswordReset;
      await run(
        owner.client,
        `mutation { resetPassword(input: { resetToken: "${resetToken}", newPassword: "another password" }) { token } }`,
      );
    },
  },
  {
    what: 'deleteApiKey',
    credentials: createKey,
    revoke: ({ client }, credentials) =>
      run(client, 'mutation ($id: ID!) { deleteApiKey(input: { id: $id }) { deletedId } }', {
        id: keyIds.get(credentials['x-api-key']!),
      }),
  },
  {
    what: 'rotateApiKey without grace',
    credentials: createKey,
    revoke: ({ client }, credentials) =>
      run(client, 'mutation ($id: ID!) { rotateApiKey(input: { id: $id }) { key } }', {
        id: keyIds.get(credentials['x-api-key']!),
      }),
  },
  {
    what: 'logout',
    credentials: ownToken,
    revoke: ({ client }) => run(client, 'mutation { logout { user { id } } }'),
  },
  {
    what: 'logoutEverywhere',
    credentials: ownToken,
    revoke: async (owner) =>
      run((await logIn(owner)).client, 'mutation { logoutEverywhere { user { id } } }'),
  },
  {
    what: 'changePassword',
    credentials: ownToken,
    revoke: async (owner) =>
      run(
        (await logIn(owner)).client,
        `mutation { changePassword(input: { currentPassword: "${PASSWORD}", newPassword: "another password" }) { token } }`,
      ),
  },
  {
    what: 'a refresh token that is used twice',
    credentials: ownToken,
    revoke: async ({ client, refreshToken }) => {
      const refresh = `mutation { refreshLogin(input: { refreshToken: "${refreshToken}" }) { token } }`;
      await run(client, refresh);
      await client.query(refresh);
    },
  },
  {
    what: 'logoutEverywhere, with a token from before logins were recorded',
    credentials: async ({ id }) => ({
      authorization: `Bearer ${await createTokens(JWT_SECRET).sign(id, 3600)}`,
    }),
    revoke: async (owner) =>
      run((await logIn(owner)).client, 'mutation { logoutEverywhere { user { id } } }'),
  },
];

let redis: Redis;
let apis: Polyphony[];
let admin: Client;
let owners = 0;

async function newOwner(): Promise<Owner> {
  owners += 1;
  const email = `owner${owners}@example.com`;
  const answer = await createClient(apis[0]!.url).query(
    `mutation ($input: RegisterInput!) { register(input: $input) { token refreshToken user { id } } }`,
    { input: { email, password: PASSWORD, name: email } },
  );
  const { token, refreshToken, user } = data(answer).register;
  const id = Buffer.from(user.id, 'base64url').toString().split(':')[1]!;
  const client = createClient(apis[0]!.url, { authorization: `Bearer ${token}` });
  return { email, id, client, refreshToken };
}

async function logIn({ email }: Owner): Promise<{ client: Client }> {
  const answer = await createClient(apis[0]!.url).query(
    `mutation { login(input: { email: "${email}", password: "${PASSWORD}" }) { token } }`,
  );
  return { client: createClient(apis[0]!.url, { authorization: `Bearer ${data(answer).login.token}` }) };
}

describe.each(['without Redis', 'with Redis'])('two processes of the API, %s', (how) => {
  const database = fixture(createDatabase, { stop: (database) => database.drop() });
  beforeAll(async () => {
    if (how === 'with Redis') redis = await startRedis();
    const variables = {
      DATABASE_URL: database.url,
      JWT_SECRET,
      ...(how === 'with Redis' && { REDIS_URL: redis.url }),
    };
    apis = await Promise.all([1, 2].map(() => launch('start:api', variables)));
    admin = (await newOwner()).client;
  });
  afterAll(async () => {
    await Promise.all((apis ?? []).map((api) => api.stop()));
    await redis?.kill();
  });

  test.each(REVOCATIONS)(
    '$what: refused and closed everywhere within a second',
    TIMED,
    async ({ credentials, revoke }) => {
      const owner = await newOwner();
      const given = await credentials(owner);
      const open = await Promise.all(apis.map(({ url }) => openAll(url, given)));
      try {
        await revoke(owner, given);
        const times = await Promise.all([
          ...open.map((each) => each.ended()),
          ...apis.map(async ({ url }) => ({ HTTP: await refusedAfter(url, given) })),
        ]);
        for (const each of times) for (const ms of Object.values(each)) expect(ms).toBeLessThan(1_000);
      } finally {
        for (const each of open) each.close();
      }
    },
  );

  test(
    'an admin who is none any more: sockets are closed, and what is left are the rights of others',
    TIMED,
    async () => {
      const owner = await newOwner();
      const update = (isAdmin: boolean) =>
        asAdmin(
          `mutation ($id: ID!) { updateUser(input: { id: $id, isAdmin: ${isAdmin} }) { user { id } } }`,
          owner,
        );
      await update(true);
      const given = await ownToken(owner);
      const client = createClient(apis[1]!.url, given);
      const mayList = async () => (await client.query('{ users { nodes { id } } }')).errors === undefined;
      await expect.poll(mayList).toBe(true);
      const open = await openAll(apis[1]!.url, given);
      await update(false);
      for (const ms of Object.values(await open.ended())) expect(ms).toBeLessThan(1_000);
      await expect.poll(mayList, { timeout: 1_000 }).toBe(false);
      expect(await run(client, '{ viewer { isAdmin } }')).toEqual({ viewer: { isAdmin: false } });
    },
  );

  test('what was not taken back stays open', async () => {
    const owner = await newOwner();
    const other = await logIn(owner);
    const given = [await ownToken(owner), await createKey(owner)];
    const kept = await Promise.all(given.map((each) => openAll(apis[1]!.url, each)));
    const closed: unknown[] = [];
    for (const each of kept) void each.firstEnd.then((name) => closed.push(name));
    const gone = await openAll(apis[1]!.url, { authorization: `Bearer ${other.client.token}` });
    await run(other.client, 'mutation { logout { user { id } } }');
    await gone.ended();
    // Credentials are looked at every 250 ms.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(closed).toEqual([]);
    for (const each of [...kept, gone]) each.close();
    expect(await run(owner.client, '{ viewer { email } }')).toEqual({ viewer: { email: owner.email } });
  });
});
