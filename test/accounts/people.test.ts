import { describe, expect, test } from 'vitest';
import { type Answer, type Client, createClient, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';

let people = 0;

const server = fixture(() => startTestServer({ worker: false }));
const admin = fixture(() => server.newUser());

const PASSWORD = 'a good password';
const UPDATE = `mutation ($input: UpdateUserInput!) { updateUser(input: $input) {
  user { isActive isAdmin maxConcurrentRuns maxQueuedRuns } } }`;

interface Person {
  id: string;
  email: string;
  client: Client;
}

async function newPerson(at: TestServer = server): Promise<Person> {
  people += 1;
  const email = `person${people}@example.com`;
  const client = await at.anonymous.register({ email, password: PASSWORD, name: email });
  return { id: data(await client.query('{ viewer { id } }')).viewer.id, email, client };
}

const update = (input: object, by: Client = admin) => by.query(UPDATE, { input });
const logIn = (email: string, password = PASSWORD, at: TestServer = server) =>
  at.anonymous.query(`mutation { login(input: { email: "${email}", password: "${password}" }) { token } }`);
const firstError = ({ errors }: Answer) => errors?.[0]?.extensions;

describe('users', () => {
  const LIST = `query ($filter: UserFilter, $first: Int, $after: String) {
    users(first: $first, after: $after, filter: $filter) {
      nodes { id email name isAdmin isActive } pageInfo { hasNextPage endCursor } } }`;

  test('lists all of them by pages, and by what they are', async () => {
    const made = [await newPerson(), await newPerson(), await newPerson()];
    data(await update({ id: made[1]!.id, isActive: false }));
    const first = data(await admin.query(LIST, { first: 2 })).users;
    const second = data(await admin.query(LIST, { first: 2, after: first.pageInfo.endCursor })).users;
    const emails = [...first.nodes, ...second.nodes].map(({ email }) => email);
    expect(emails.slice(0, 3)).toEqual(made.map(({ email }) => email).reverse());
    const inactive = data(await admin.query(LIST, { filter: { isActive: false } })).users.nodes;
    expect(inactive.map(({ email }: Person) => email)).toContain(made[1]!.email);
    const named = data(await admin.query(LIST, { filter: { email: made[0]!.email.toUpperCase() } })).users
      .nodes;
    expect(named).toEqual([
      { id: made[0]!.id, email: made[0]!.email, name: made[0]!.email, isAdmin: false, isActive: true },
    ]);
    const admins = data(await admin.query(LIST, { filter: { isAdmin: true } })).users.nodes;
    expect(admins).toHaveLength(1);
  });

  test.each([
    '{ users { nodes { id } } }',
    '{ auditLog { nodes { at } } }',
    'mutation ($id: ID!) { updateUser(input: { id: $id, isActive: false }) { user { id } } }',
    'mutation ($id: ID!) { deleteUser(input: { id: $id }) { deletedId } }',
    'mutation ($id: ID!) { createPasswordReset(input: { id: $id }) { resetToken } }',
    'mutation { inviteUser(input: { email: "new@example.com" }) { inviteToken } }',
  ])('only an admin may: %s', async (document) => {
    const { id, client, email } = await newPerson();
    const variables = document.includes('$id') ? { id } : {};
    expect(errorCode(await client.query(document, variables))).toBe('FORBIDDEN');
    expect((await logIn(email)).errors).toBeUndefined();
  });
});

describe('updateUser', () => {
  test('sets what it is given, and nothing else', async () => {
    const { id } = await newPerson();
    const usual = { isActive: true, isAdmin: false, maxConcurrentRuns: null, maxQueuedRuns: 10_000 };
    expect(data(await update({ id })).updateUser.user).toEqual(usual);
    const limited = { ...usual, maxConcurrentRuns: 5, maxQueuedRuns: 100 };
    expect(data(await update({ id, maxConcurrentRuns: 5, maxQueuedRuns: 100 })).updateUser.user).toEqual(
      limited,
    );
    expect(data(await update({ id, isAdmin: true })).updateUser.user).toEqual({ ...limited, isAdmin: true });
    const unlimited = { id, maxConcurrentRuns: null, maxQueuedRuns: null, isAdmin: false };
    expect(data(await update(unlimited)).updateUser.user).toEqual(usual);
    const { rows } = await server.store.database.pool.query(
      'select max_concurrent_runs, max_queued_runs from app_user where email like $1',
      ['person%'],
    );
    expect(rows).toContainEqual({ max_concurrent_runs: null, max_queued_runs: null });
  });

  test.each([
    [{ maxConcurrentRuns: 0 }, 'input.maxConcurrentRuns'],
    [{ maxQueuedRuns: -1 }, 'input.maxQueuedRuns'],
    [{ isActive: null }, 'input.isActive'],
    [{ costLimit: -1 }, 'input.costLimit'],
  ])('%j is refused, and nothing of it done', async (wrong, field) => {
    const { id } = await newPerson();
    const answer = await update({ id, isAdmin: true, ...wrong });
    expect(firstError(answer)).toMatchObject({ code: 'VALIDATION_ERROR', field });
    expect(data(await update({ id })).updateUser.user.isAdmin).toBe(false);
  });

  test('one who is disabled cannot log in or refresh; when enabled, logs in anew', async () => {
    const { id, email } = await newPerson();
    const { refreshToken } = data(
      await server.anonymous.query(
        `mutation { login(input: { email: "${email}", password: "${PASSWORD}" }) { refreshToken } }`,
      ),
    ).login;
    const refresh = () =>
      server.anonymous.query(
        `mutation { refreshLogin(input: { refreshToken: "${refreshToken}" }) { token } }`,
      );
    data(await update({ id, isActive: false }));
    expect(errorCode(await logIn(email))).toBe('FORBIDDEN');
    expect(errorCode(await logIn(email, 'a wrong password'))).toBe('WRONG_CREDENTIALS');
    expect(errorCode(await refresh())).toBe('UNAUTHENTICATED');
    data(await update({ id, isActive: true }));
    expect((await logIn(email)).errors).toBeUndefined();
    expect(errorCode(await refresh())).toBe('UNAUTHENTICATED');
  });

  test('the last active admin stays one, also when two resign at once', async () => {
    const alone = await startTestServer({ worker: false });
    try {
      const [one, other] = [await newPerson(alone), await newPerson(alone)];
      const disable =
        'mutation ($id: ID!) { updateUser(input: { id: $id, isActive: false }) { user { id } } }';
      const resign = 'mutation ($id: ID!) { updateUser(input: { id: $id, isAdmin: false }) { user { id } } }';
      const remove = 'mutation ($id: ID!) { deleteUser(input: { id: $id }) { deletedId } }';
      for (const document of [disable, resign, remove]) {
        expect(errorCode(await one.client.query(document, { id: one.id }))).toBe('INVALID_STATE');
      }
      data(
        await one.client.query(
          'mutation ($id: ID!) { updateUser(input: { id: $id, isAdmin: true }) { user { id } } }',
          {
            id: other.id,
          },
        ),
      );
      await Promise.all([one, other].map(({ id, client }) => client.query(resign, { id })));
      const { rows } = await alone.store.database.pool.query('select id from app_user where is_admin');
      expect(rows).toHaveLength(1);
    } finally {
      await alone.stop();
    }
  });

  test('a disabled account’s schedules are skipped', async () => {
    const { id, client } = await newPerson();
    const created = data(
      await client.query(`mutation { createWorkflow(input: { name: "w", steps: [{ key: "a", name: "a", task: "x" }],
        schedule: { cron: "* * * * *", timeZone: "UTC" } }) { workflow { id } } }`),
    ).createWorkflow.workflow.id;
    const workflowId = Buffer.from(created, 'base64url').toString().split(':')[1]!;
    data(await update({ id, isActive: false }));
    const { pool } = server.store.database;
    await pool.query("update workflow set next_run_at = now() - interval '1 second' where id = $1", [
      workflowId,
    ]);
    const { runDueWorkflow } = await import('../../src/store/workflows/run-due-workflow.ts');
    expect(await runDueWorkflow(server.store, workflowId)).toMatchObject({ code: 'FORBIDDEN' });
    expect((await pool.query('select 1 from execution where workflow_id = $1', [workflowId])).rowCount).toBe(
      0,
    );
  });
});

describe('invitations', () => {
  const invite = async (email: string, by: Client = admin) =>
    data(
      await by.query(
        'mutation ($email: String!) { inviteUser(input: { email: $email }) { inviteToken expiresAt } }',
        { email },
      ),
    ).inviteUser;
  const register = (at: TestServer, email: string, inviteToken?: string) =>
    at.anonymous.query(
      'mutation ($input: RegisterInput!) { register(input: $input) { token user { isAdmin } } }',
      {
        input: { email, password: PASSWORD, name: 'Guest', inviteToken },
      },
    );

  test.each(['first-only', 'closed', 'open'])(
    'let one address register with REGISTRATION=%s, once',
    async (registration) => {
      const strict = await startTestServer({
        worker: false,
        embedded: true,
        variables: { REGISTRATION: registration },
      });
      try {
        const operator = await strict.localAdmin();
        if (registration === 'first-only') await register(strict, 'first@example.com');
        const { inviteToken, expiresAt } = await invite('Ann@example.com ', operator);
        expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 6 * 24 * 3600_000);
        expect(firstError(await register(strict, 'bob@example.com', inviteToken))).toEqual({
          code: 'FORBIDDEN',
          field: 'input.inviteToken',
        });
        const ann = data(await register(strict, 'ann@example.com', inviteToken)).register;
        expect(ann.user.isAdmin).toBe(false);
        const again = await register(strict, 'ann@example.com', inviteToken);
        expect(firstError(again)).toMatchObject({ code: 'FORBIDDEN', field: 'input.inviteToken' });
        expect((await logIn('ann@example.com', PASSWORD, strict)).errors).toBeUndefined();
        const { rows } = await strict.store.database.pool.query('select * from account_token');
        expect(rows).toEqual([]);
      } finally {
        await strict.stop();
      }
    },
  );

  test('an older one of the same address, and an expired one, are not valid', async () => {
    const old = await invite('twice@example.com');
    const { inviteToken } = await invite('twice@example.com');
    expect(errorCode(await register(server, 'twice@example.com', old.inviteToken))).toBe('FORBIDDEN');
    await server.store.database.pool.query('update account_token set expires_at = now()');
    expect(errorCode(await register(server, 'twice@example.com', inviteToken))).toBe('FORBIDDEN');
  });

  test('are not made for an address that is registered or is none', async () => {
    const { email } = await newPerson();
    const document = 'mutation ($email: String!) { inviteUser(input: { email: $email }) { inviteToken } }';
    expect(firstError(await admin.query(document, { email }))).toMatchObject({
      code: 'CONFLICT',
      field: 'input.email',
    });
    expect(firstError(await admin.query(document, { email: 'x' }))).toMatchObject({
      code: 'VALIDATION_ERROR',
      field: 'input.email',
    });
  });

  test('of several registrations at once one is let in', async () => {
    const { inviteToken } = await invite('race@example.com');
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => register(server, 'race@example.com', inviteToken)),
    );
    expect(answers.filter(({ errors }) => !errors)).toHaveLength(1);
  });
});

describe('a password reset', () => {
  const create = async (id: string) =>
    data(
      await admin.query('mutation ($id: ID!) { createPasswordReset(input: { id: $id }) { resetToken } }', {
        id,
      }),
    ).createPasswordReset.resetToken;
  const reset = (resetToken: string, newPassword = 'another password') =>
    server.anonymous.query(
      'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { token refreshToken user { email } } }',
      { input: { resetToken, newPassword } },
    );

  test('sets another password, once', async () => {
    const { id, email } = await newPerson();
    const resetToken = await create(id);
    expect((await logIn(email)).errors).toBeUndefined();
    const answer = data(await reset(resetToken)).resetPassword;
    expect(answer.user.email).toBe(email);
    expect(
      (await createClient(server.url, { authorization: `Bearer ${answer.token}` }).query('{ viewer { id } }'))
        .errors,
    ).toBeUndefined();
    expect(errorCode(await logIn(email))).toBe('WRONG_CREDENTIALS');
    expect((await logIn(email, 'another password')).errors).toBeUndefined();
    expect(firstError(await reset(resetToken))).toMatchObject({
      code: 'FORBIDDEN',
      field: 'input.resetToken',
    });
  });

  test('with a password that is refused stays valid', async () => {
    const { id } = await newPerson();
    const resetToken = await create(id);
    expect(firstError(await reset(resetToken, 'password1'))).toMatchObject({ field: 'input.newPassword' });
    expect((await reset(resetToken)).errors).toBeUndefined();
  });

  test('of a disabled account is refused', async () => {
    const { id } = await newPerson();
    const resetToken = await create(id);
    data(await update({ id, isActive: false }));
    expect(errorCode(await reset(resetToken))).toBe('FORBIDDEN');
  });
});

test.each(['password1', 'PASSWORD123', 'qwertyuiop', '1234567890'])(
  'the common password %s is refused',
  async (password) => {
    const answer = await server.anonymous.query(
      'mutation ($input: RegisterInput!) { register(input: $input) { token } }',
      { input: { email: 'common@example.com', name: 'x', password } },
    );
    expect(firstError(answer)).toMatchObject({ code: 'VALIDATION_ERROR', field: 'input.password' });
    expect(errorCode(await logIn('common@example.com', password))).toBe('WRONG_CREDENTIALS');
  },
);

test('the documented password is accepted', async () => {
  const account = { email: 'documented@example.com', name: 'x', password: 'securepassword' };
  expect((await server.anonymous.register(account)).token).not.toBeNull();
});

test('an update of which a part fails changes nothing, and is not in the audit log', async () => {
  const { id, email, client } = await newPerson();
  const { pool } = server.store.database;
  const fails =
    'create function fails() returns trigger language plpgsql as $$ begin raise exception $x$no$x$; end $$;';
  const input = { id, isActive: false, maxQueuedRuns: 3, costLimit: 5, quotas: { runs: 7 } };
  for (const table of ['account_usage', 'budget']) {
    await pool.query(
      `${fails} create trigger fails before insert on ${table} for each row execute function fails()`,
    );
    const answer = await update(input);
    await pool.query('drop function fails() cascade');
    expect(firstError(answer)?.code, table).toBe('INTERNAL_ERROR');
    const read = await client.query('{ viewer { email quotas { runs { limit } } budget { limit } } }');
    expect(data(read).viewer).toEqual({
      email,
      quotas: { runs: { limit: expect.any(Number) } },
      budget: null,
    });
    expect(data(read).viewer.quotas.runs.limit).not.toBe(7);
    const { rows } = await pool.query('select 1 from audit_entry where subject = $1 and action <> $2', [
      ...[id, 'user_registered'],
    ]);
    expect(rows).toEqual([]);
  }
  data(await update(input));
  expect((await logIn(email)).errors![0]!.extensions.code).toBe('FORBIDDEN');
});

test('the audit log says who did what to whom, newest first', async () => {
  const { id, email, client } = await newPerson();
  const { apiKey } = data(
    await client.query('mutation { createApiKey(input: { name: "k" }) { apiKey { id } } }'),
  ).createApiKey;
  data(
    await client.query('mutation ($id: ID!) { deleteApiKey(input: { id: $id }) { deletedId } }', {
      id: apiKey.id,
    }),
  );
  data(await update({ id, isActive: false, maxQueuedRuns: 7 }));
  data(await update({ id, isActive: true }));
  data(await update({ id, costLimit: 5 }));
  const { id: adminId } = data(await admin.query('{ viewer { id } }')).viewer;
  const { nodes } = data(
    await admin.query('{ auditLog(first: 7) { nodes { at actor { id } actorEmail action subject } } }'),
  ).auditLog;
  expect(
    nodes.map(({ actor, action, subject }: Record<string, Record<string, string>>) => [
      actor!.id,
      action,
      subject,
    ]),
  ).toEqual([
    [adminId, 'USER_LIMITS_CHANGED', id],
    [adminId, 'USER_ENABLED', id],
    [adminId, 'USER_LIMITS_CHANGED', id],
    [adminId, 'USER_DISABLED', id],
    [id, 'API_KEY_DELETED', apiKey.id],
    [id, 'API_KEY_CREATED', apiKey.id],
    [id, 'USER_REGISTERED', id],
  ]);
  expect(nodes[6].actorEmail).toBe(email);
  const page = `query ($after: String) { auditLog(first: 2, after: $after) { nodes { action } pageInfo { endCursor } } }`;
  const first = data(await admin.query(page)).auditLog;
  const second = data(await admin.query(page, { after: first.pageInfo.endCursor })).auditLog;
  expect(second.nodes.map(({ action }: { action: string }) => action)).toEqual([
    'USER_LIMITS_CHANGED',
    'USER_DISABLED',
  ]);
});
