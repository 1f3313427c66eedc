import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { hash as hashArgon2 } from '@node-rs/argon2';
import { hash as hashBcrypt } from '@node-rs/bcrypt';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { checkLine } from '../../src/importing/check-line.ts';
import { RECORDS } from '../../src/importing/records.ts';
import { createLog } from '../../src/log.ts';
import { FREQUENT_PASSWORDS } from '../../src/resolvers/accounts/frequent-passwords.ts';
import { globalId } from '../../src/rules/ids/global-id.ts';
import { lockAccounts } from '../../src/store/accounts/accounts.ts';
import { compareCounters } from '../../src/store/analytics/counters/compare-counters.ts';
import { openDatabase } from '../../src/store/database/database.ts';
import { examples, PAGES } from '../docs/pages.ts';
import { createClient, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { createFolder } from '../harness/folder.ts';
import { createDatabase, startTestServer } from '../harness/server.ts';
import { createLegacyClient } from '../rest-compat/clients/legacy-client.ts';

const ENTRY = new URL('../../src/import.ts', import.meta.url).pathname;

const folder = fixture(async () => {
  const created = await createFolder();
  return { ...created, stop: () => created.remove() };
});
const server = fixture(() => startTestServer({ worker: false }));

async function write(lines: readonly (object | string)[]): Promise<string> {
  const path = `${folder.path}/${randomBytes(6).toString('hex')}.ndjson`;
  await writeFile(
    path,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return path;
}

function begin(path: string, databaseUrl: string, ...options: string[]) {
  const env = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: new URL('../../node_modules/.cache/node', import.meta.url).pathname,
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder.path,
  };
  return spawn(process.execPath, [ENTRY, ...options, path], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** `npm run import -- path` to its end. */
async function run(path: string, databaseUrl = server.databaseUrl, ...options: string[]) {
  const child = begin(path, databaseUrl, ...options);
  const [out, problems, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, problems: problems.trim().split('\n').filter(Boolean) };
}

const importLines = async (lines: readonly (object | string)[]) => run(await write(lines));

let accounts = 0;
function account(more: object = {}) {
  accounts += 1;
  return { type: 'account', email: `old${accounts}@example.com`, name: `old ${accounts}`, ...more };
}

const oldKey = () => `amas-${randomBytes(24).toString('base64url')}`;
const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
const TIMES = { createdAt: '2025-01-21T12:00:00Z', endedAt: '2025-01-21T12:01:00Z' };

describe('given a file of another server, then its clients keep their credentials and find what they had', () => {
  test('an API key that was imported by its hash, on an older API and in GraphQL', async () => {
    const ann = account();
    const key = oldKey();
    const id = `task_20250121_120000_${randomBytes(4).toString('hex')}`;
    const task = {
      ...{ type: 'task', id, account: ann.email, api: 'amas', title: 'Scan', taskType: 'security_scan' },
      ...{ target: 'example.com', status: 'completed', result: { output: 'Safe.', score: 9 }, ...TIMES },
    };
    const apiKey = { type: 'apiKey', account: ann.email, name: 'nightly', sha256: sha256(key) };
    expect(await importLines([ann, apiKey, task])).toMatchObject({ code: 0, problems: [] });
    const ask = createLegacyClient(`${server.url}/amas`);
    const { status, body } = await ask('GET', `/api/v1/tasks/${id}`, undefined, { 'x-api-key': key });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ id, title: 'Scan', status: 'completed', task_type: 'security_scan', target: 'example.com' },
      ...{ progress: 100, result: { output: 'Safe.', score: 9 }, error: null },
      ...{ created_at: '2025-01-21T12:00:00Z', completed_at: '2025-01-21T12:01:00Z' },
    });
    const client = createClient(server.url, { 'x-api-key': key });
    expect((await client.events(globalId('Task', id))).map(({ __typename }) => __typename)).toEqual([
      'CurrentState',
      'RunCreated',
      'RunCompleted',
    ]);
  });

  test.each([
    { format: 'bcrypt', hash: (password: string) => hashBcrypt(password, 5) },
    {
      format: 'bcrypt of PHP',
      hash: async (password: string) => (await hashBcrypt(password, 5)).replace('$2b$', '$2y$'),
    },
    {
      format: 'argon2id of Python',
      hash: (password: string) => hashArgon2(password, { memoryCost: 65_536, timeCost: 3, parallelism: 4 }),
    },
    { format: 'argon2i', hash: (password: string) => hashArgon2(password, { algorithm: 1 }) },
  ])(
    'a password with a hash of $format, also twice at once, and then with a hash of ours',
    async ({ hash }) => {
      const ann = account({ passwordHash: await hash('their old password'), username: `ann-${accounts}` });
      expect(await importLines([ann])).toMatchObject({ code: 0 });
      const ask = createLegacyClient(`${server.url}/amas`);
      const login = (username: string, password: string) =>
        ask('POST', '/api/v1/auth/login', { username, password });
      expect((await login(ann.email, 'another password')).status).toBe(401);
      const name = (ann as { username?: string }).username!;
      const first = await Promise.all([
        login(name, 'their old password'),
        login(ann.email, 'their old password'),
      ]);
      expect(first.map(({ status }) => status)).toEqual([200, 200]);
      const { rows } = await server.store.database.pool.query(
        'select password_hash from app_user where email = $1',
        [ann.email],
      );
      expect(rows[0].password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      expect((await login(ann.email, 'their old password')).status).toBe(200);
      expect((await login(ann.email, 'another password')).status).toBe(401);
    },
  );

  test('sessions with their tasks, and tasks that failed or were cancelled', async () => {
    const ann = account();
    const key = `md_${randomBytes(24).toString('hex')}`;
    const [session, failed, cancelled] = [randomBytes(8), randomBytes(8), randomBytes(8)].map((id) =>
      id.toString('hex'),
    );
    const common = {
      type: 'task',
      account: ann.email,
      api: 'mini-devin',
      session,
      description: 'Fix it',
      ...TIMES,
    };
    const outcome = await importLines([
      ann,
      { type: 'apiKey', account: ann.email, name: 'cli', key },
      {
        type: 'session',
        id: session,
        account: ann.email,
        api: 'mini-devin',
        name: 'Old work',
        createdAt: TIMES.createdAt,
      },
      { ...common, id: failed, status: 'failed', error: 'no disk' },
      { ...common, id: cancelled, status: 'cancelled' },
    ]);
    expect(outcome).toMatchObject({ code: 0, problems: [] });
    const ask = createLegacyClient(`${server.url}/mini-devin`);
    // Keys with this prefix also work as Bearer tokens.
    const headers = { authorization: `Bearer ${key}` };
    const sessions = await ask('GET', '/api/sessions', undefined, headers);
    expect(sessions.body).toMatchObject([{ id: session, name: 'Old work' }]);
    const tasks = await ask('GET', `/api/sessions/${session}/tasks`, undefined, headers);
    expect(tasks.body).toHaveLength(2);
    const { body } = await ask('GET', `/api/tasks/${failed}`, undefined, headers);
    expect(body).toMatchObject({ status: 'failed', result: { success: false, summary: 'no disk' } });
    const client = createClient(server.url, headers);
    const retried = await client.query(
      'mutation ($id: ID!) { retryTask(input: { id: $id }) { task { id } } }',
      {
        id: globalId('Task', failed!),
      },
    );
    expect(errorCode(retried)).toBe('INVALID_STATE');
  });

  test('templates of AI Task Orchestra, and agentless tasks of TheMachine', async () => {
    const ann = account();
    const key = oldKey();
    const common = { type: 'task', account: ann.email, status: 'completed', ...TIMES };
    const [one, other] = [`task-${randomBytes(8).toString('hex')}`, randomBytes(8).toString('hex')];
    const machine = {
      ...common,
      id: one,
      api: 'themachine',
      title: 'a',
      description: 'b',
      taskType: 'code',
    };
    const orchestra = {
      ...common,
      id: other,
      api: 'ai-task-orchestra',
      template: 'report',
      parameters: { topic: 'x' },
    };
    const apiKey = { type: 'apiKey', account: ann.email, name: 'k', key };
    expect(await importLines([ann, apiKey, machine, orchestra])).toMatchObject({ code: 0, problems: [] });
    const headers = { 'x-api-key': key };
    const ofMachine = await createLegacyClient(`${server.url}/themachine`)(
      'GET',
      '/api/v1/tasks',
      undefined,
      headers,
    );
    expect(ofMachine.body).toMatchObject([{ id: one, status: 'completed' }]);
    const ask = createLegacyClient(`${server.url}/ai-task-orchestra`);
    expect((await ask('GET', `/api/v1/tasks/${other}`, undefined, headers)).body).toMatchObject({
      status: 'completed',
      template: 'report',
    });
  });

  test('an account without a hash sets a password with a code of an admin', async () => {
    const boss = account({ isAdmin: true });
    const ann = account();
    const key = oldKey();
    await importLines([boss, { type: 'apiKey', account: boss.email, name: 'k', key }, ann]);
    const admin = createClient(server.url, { 'x-api-key': key });
    const [user] = data(
      await admin.query(
        'query ($email: String!) { users(first: 1, filter: { email: $email }) { nodes { id } } }',
        {
          email: ann.email,
        },
      ),
    ).users.nodes;
    const { createPasswordReset } = data(
      await admin.query(
        'mutation ($id: ID!) { createPasswordReset(input: { id: $id }) { resetToken } }',
        user,
      ),
    );
    const reset = `mutation ($token: String!) {
      resetPassword(input: { resetToken: $token, newPassword: "a new good password" }) { user { email } } }`;
    const answer = await createClient(server.url).query(reset, { token: createPasswordReset.resetToken });
    expect(data(answer).resetPassword.user.email).toBe(ann.email);
  });
});

async function dump(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const tables = [
    'app_user',
    'api_key',
    'session',
    'run',
    'task',
    'run_event',
    'usage_change',
    'account_usage',
  ];
  const rows = [];
  for (const table of tables)
    rows.push((await client.query(`select to_jsonb(t) as row from ${table} t order by 1::text`)).rows);
  await client.end();
  return JSON.stringify(rows);
}

async function differences(url: string) {
  const opened = openDatabase({ url, poolMax: 1, log: createLog('error') });
  return compareCounters(opened).finally(() => opened.close());
}

const database = fixture(async () => {
  const created = await createDatabase();
  return { ...created, stop: () => created.drop() };
});

describe('given a file that was imported before', () => {
  test('then nothing changes', async () => {
    const [ann, bob] = [account(), account()];
    const key = { type: 'apiKey', account: ann.email, name: 'k', key: oldKey() };
    const session = {
      type: 'session',
      id: 's1',
      account: ann.email,
      api: 'mini-devin',
      createdAt: TIMES.createdAt,
    };
    const task = {
      type: 'task',
      id: 't1',
      account: ann.email,
      api: 'amas',
      title: 'a',
      status: 'completed',
      ...TIMES,
    };
    // Also what a file has twice.
    const path = await write([ann, bob, key, key, session, task, task, { ...ann, name: 'another' }]);
    const first = await run(path, database.url);
    expect(first.out).toContain('account: 2 imported, 1 there already');
    expect(first.out).toContain('task: 1 imported, 1 there already');
    const before = await dump(database.url);
    expect(await differences(database.url)).toEqual([]);
    const second = await run(path, database.url);
    expect(second).toMatchObject({
      code: 0,
      out: expect.stringContaining('task: 0 imported, 2 there already'),
    });
    expect(await dump(database.url)).toBe(before);
  });

  test('then a key that was deleted or rotated here stays so', async () => {
    const ann = account();
    const [deleted, rotated, other] = [oldKey(), oldKey(), oldKey()];
    const keys = [deleted, rotated, other].map((key) => ({
      type: 'apiKey',
      account: ann.email,
      name: key.slice(-4),
      key,
    }));
    const path = await write([ann, ...keys]);
    await run(path);
    const client = createClient(server.url, { 'x-api-key': other });
    const { nodes } = data(await client.query('{ apiKeys(first: 3) { nodes { id name } } }')).apiKeys;
    const idOf = (key: string) => nodes.find(({ name }: { name: string }) => name === key.slice(-4)).id;
    data(
      await client.query('mutation ($id: ID!) { deleteApiKey(input: { id: $id }) { deletedId } }', {
        id: idOf(deleted),
      }),
    );
    data(
      await client.query('mutation ($id: ID!) { rotateApiKey(input: { id: $id }) { key } }', {
        id: idOf(rotated),
      }),
    );
    expect((await run(path)).out).toContain('apiKey: 0 imported, 2 there already, 1 deleted here since');
    const isValid = async (key: string) =>
      (await createClient(server.url, { 'x-api-key': key }).query('{ viewer { id } }')).errors === undefined;
    expect([await isValid(deleted), await isValid(rotated), await isValid(other)]).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe('given a file with mistakes, then each is named, and nothing of it is written', () => {
  const ANN = { type: 'account', email: 'mistaken@example.com', name: 'Ann' };
  const KEY = { type: 'apiKey', account: ANN.email, name: 'k' };
  const TASK = { type: 'task', id: 'x', account: ANN.email, api: 'amas', status: 'completed', ...TIMES };
  test.each<{ line: object | string; problem: string }>([
    { line: 'no JSON', problem: 'VALIDATION_ERROR: it must be a JSON object' },
    { line: '[1]', problem: 'VALIDATION_ERROR: it must be a JSON object' },
    {
      line: `{"type":"account","name":"${'x'.repeat(4_200_000)}"}`,
      problem: 'PAYLOAD_TOO_LARGE: it must have at most 4194304 bytes',
    },
    {
      line: { type: 'user' },
      problem: 'VALIDATION_ERROR: type must be one of account, apiKey, session, task',
    },
    {
      line: { ...ANN, admin: true },
      problem: 'VALIDATION_ERROR: admin is not known; allowed: type, email, name,',
    },
    { line: { type: 'account', email: 'a@b.c' }, problem: 'VALIDATION_ERROR: name is required' },
    { line: { ...ANN, email: 'ann' }, problem: 'VALIDATION_ERROR: email must be an e-mail address such as' },
    {
      line: { ...ANN, passwordHash: '5f4dcc3b5aa765d61d8327deb882cf99' },
      problem: 'VALIDATION_ERROR: passwordHash must be an argon2 hash',
    },
    {
      line: { ...ANN, passwordHash: `$argon2id$v=19$m=4194304,t=3,p=4$${'a'.repeat(22)}$${'a'.repeat(43)}` },
      problem: 'VALIDATION_ERROR: passwordHash must be an argon2 hash',
    },
    {
      line: { ...ANN, passwordHash: `$argon2id$v=19$m=65537,t=3,p=4$${'a'.repeat(22)}$${'a'.repeat(43)}` },
      problem: 'VALIDATION_ERROR: passwordHash must be an argon2 hash in PHC format (at most m=65536,',
    },
    {
      line: { ...ANN, passwordHash: `$2b$13$${'a'.repeat(53)}` },
      problem: 'VALIDATION_ERROR: passwordHash must be an argon2 hash',
    },
    { line: { ...ANN, name: 'a\0b' }, problem: 'VALIDATION_ERROR: it must not contain U+0000' },
    { line: { ...KEY, key: 'short' }, problem: 'VALIDATION_ERROR: key must have at least 32 characters' },
    { line: { ...KEY, sha256: 'abc' }, problem: 'VALIDATION_ERROR: sha256 must be 64 hexadecimal digits' },
    { line: KEY, problem: 'VALIDATION_ERROR: sha256 is required unless key is given' },
    {
      line: { ...TASK, status: 'running' },
      problem: 'VALIDATION_ERROR: status must be one of completed, failed, cancelled',
    },
    { line: { ...TASK, api: 'orchestratex' }, problem: 'VALIDATION_ERROR: api must be an API with tasks' },
    { line: { ...TASK, id: 'a/b' }, problem: 'VALIDATION_ERROR: id must be 1 to 128 letters' },
    {
      line: { ...TASK, endedAt: '2024-01-01T00:00:00Z' },
      problem: 'VALIDATION_ERROR: endedAt must not be before',
    },
    {
      line: { ...TASK, endedAt: 'yesterday' },
      problem: 'VALIDATION_ERROR: endedAt must be a date and time such as',
    },
    {
      line: { ...TASK, account: 'unknown@example.com' },
      problem: 'NOT_FOUND: account must be the address of an account',
    },
    {
      line: { ...TASK, session: 'unknown' },
      problem: 'NOT_FOUND: session must be the id of a session of the same account',
    },
    {
      line: { ...ANN, email: 'admin@localhost' },
      problem: 'CONFLICT: email is an address of the server itself',
    },
    {
      line: { ...KEY, account: 'guest@localhost', key: 'k'.repeat(40) },
      problem: 'NOT_FOUND: account must be the address of an account',
    },
  ])('$problem', async ({ line, problem }) => {
    const { code, problems } = await importLines([ANN, '', line]);
    expect(code).toBe(1);
    expect(problems[0]).toContain(`line 3: ${problem}`);
    const { rowCount } = await server.store.database.pool.query('select from app_user where email = $1', [
      ANN.email,
    ]);
    expect(rowCount).toBe(0);
  });

  test('objects of another account are not taken over', async () => {
    const [ann, bob] = [account({ username: `taken ${accounts}` }), account()];
    const key = oldKey();
    const id = randomBytes(8).toString('hex');
    const own = (email: string) => [
      { type: 'apiKey', account: email, name: 'k', key },
      { type: 'session', id, account: email, api: 'amas', createdAt: TIMES.createdAt },
      { ...TASK, id, account: email },
    ];
    expect(await importLines([ann, bob, ...own(ann.email)])).toMatchObject({ code: 0, problems: [] });
    for (const [index, field] of ['sha256', 'id', 'id'].entries()) {
      const { problems } = await importLines([own(bob.email)[index]!]);
      expect(problems[0]).toMatch(new RegExp(`^line 1: CONFLICT: ${field} `));
    }
    const { problems } = await importLines([
      { ...account(), username: (ann as { username?: string }).username },
    ]);
    expect(problems[0]).toMatch(/^line 1: CONFLICT: username /);
  });

  test.each(['admin@localhost', 'guest@localhost'])(
    'an account of the server, %s, gets nothing',
    async (email) => {
      const { pool } = server.store.database;
      await pool.query('insert into app_user (id, email, name) values ($1, $2, $1) on conflict do nothing', [
        email,
        email,
      ]);
      const id = randomBytes(8).toString('hex');
      const problems = [];
      for (const line of [
        { ...ANN, email },
        { ...KEY, account: email, key: oldKey() },
        { type: 'session', id, account: email, api: 'amas', createdAt: TIMES.createdAt },
        { ...TASK, id, account: email },
      ])
        problems.push((await run(await write([line]), server.databaseUrl, '--into-existing')).problems[0]);
      expect(problems).toEqual([
        expect.stringContaining('line 1: CONFLICT: email is an address of the server itself'),
        ...Array.from({ length: 3 }, () => expect.stringContaining('line 1: NOT_FOUND: account ')),
      ]);
    },
  );

  test('--check writes nothing, and there are at most a hundred problems', async () => {
    const path = await write([ANN, ...Array.from({ length: 300 }, () => '{}')]);
    const { problems } = await run(path, server.databaseUrl, '--check');
    expect(problems).toHaveLength(101);
    expect(await run(await write([ANN]), server.databaseUrl, '--check')).toMatchObject({
      code: 0,
      problems: [],
    });
    const { rowCount } = await server.store.database.pool.query('select from app_user where email = $1', [
      ANN.email,
    ]);
    expect(rowCount).toBe(0);
  });
});

describe('given an account that registered here with an address of the file', () => {
  const linesOf = (email: string, id: string) => [
    { type: 'account', email, name: 'Ann' },
    { type: 'apiKey', account: email, name: 'k', key: oldKey() },
    { type: 'session', id, account: email, api: 'amas', createdAt: TIMES.createdAt },
    { type: 'task', id, account: email, api: 'amas', status: 'completed', ...TIMES },
  ];
  const registered = async () =>
    data(await (await server.newUser()).query('{ viewer { email } }')).viewer.email;
  const owned = async (email: string) => {
    const { rows } = await server.store.database.pool.query(
      `select (select count(*)::int from api_key where owner_id = app_user.id) as keys,
         (select count(*)::int from session where owner_id = app_user.id) as sessions,
         (select count(*)::int from run where owner_id = app_user.id) as runs
       from app_user where email = $1`,
      [email],
    );
    return rows[0];
  };

  test('then it gets nothing of another person, and each line is refused', async () => {
    const email = await registered();
    const lines = linesOf(email, randomBytes(8).toString('hex'));
    for (const [index, field] of ['email', 'account', 'account', 'account'].entries()) {
      const { code, problems } = await importLines([account(), lines[index]!]);
      expect(code).toBe(1);
      expect(problems[0]).toMatch(new RegExp(`^line 2: CONFLICT: ${field} .*--into-existing`));
    }
    expect((await importLines(lines)).problems[0]).toMatch(/^line 1: CONFLICT: email /);
    expect(await owned(email)).toEqual({ keys: 0, sessions: 0, runs: 0 });
  });

  test('then it gets them with --into-existing, and nothing twice', async () => {
    const email = await registered();
    const path = await write(linesOf(email, randomBytes(8).toString('hex')));
    const first = await run(path, server.databaseUrl, '--into-existing');
    expect(first).toMatchObject({ code: 0, problems: [] });
    expect(first.out).toContain('account: 0 imported, 1 there already');
    expect(await owned(email)).toEqual({ keys: 1, sessions: 1, runs: 1 });
    const second = await run(path, server.databaseUrl, '--into-existing');
    expect(second.out).toContain('task: 0 imported, 1 there already');
    expect((await run(path)).problems[0]).toMatch(/^line 1: CONFLICT: email /);
  });

  test('then one that was imported, deleted, and registered again is another one', async () => {
    const ann = account();
    await importLines([ann]);
    const { pool } = server.store.database;
    await pool.query('delete from app_user where email = $1', [ann.email]);
    await pool.query(`insert into app_user (id, email, name) values ($1, $1, 'other')`, [ann.email]);
    expect((await importLines([ann])).problems[0]).toMatch(/^line 1: CONFLICT: email /);
  });
});

describe('given an import that does not come to its end', () => {
  const ANN = { type: 'account', email: 'ann@example.com', name: 'Ann' };
  const tasks = Array.from({ length: 3_000 }, (_, index) => ({
    ...{ type: 'task', id: `task-${index}`, account: ANN.email, api: 'themachine' },
    ...{ title: `Task ${index}`, description: 'x'.repeat(200), taskType: 'code' },
    ...{ status: 'completed', result: { output: `Answer ${index}` }, ...TIMES },
  }));

  async function count(client: pg.Client): Promise<{ runs: number; tasks: number; events: number }> {
    const { rows } = await client.query(`select (select count(*)::int from run) as runs,
      (select count(*)::int from task) as tasks, (select count(*)::int from run_event) as events`);
    return rows[0];
  }

  /** Backends of others in this database: all of them, or those that wait for a lock. */
  async function others(client: pg.Client, isWaiting = false): Promise<number> {
    const { rowCount } = await client.query(
      `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
         and backend_type = 'client backend' and ($1 = false or wait_event_type = 'Lock')`,
      [isWaiting],
    );
    return rowCount ?? 0;
  }

  test('killed in the middle of a batch, then the batches before are there as wholes, and the next import adds the rest', async () => {
    const own = await createDatabase();
    const [holder, client] = [own.url, own.url].map((url) => new pg.Client({ connectionString: url }));
    await Promise.all([holder!.connect(), client!.connect()]);
    try {
      const path = await write([ANN, ...tasks]);
      await client!.query(`insert into app_user (id, email, name) values ('u', 'u@example.com', 'u')`);
      // The import waits for the id of one of its tasks until this is rolled back.
      await holder!.query('begin');
      await holder!.query(
        `insert into run (id, kind, owner_id, origin, status) values ('task-1500', 'task', 'u', 'amas', 'completed')`,
      );
      const child = begin(path, own.url);
      const closed = once(child, 'close');
      while ((await others(client!, true)) === 0) await nextTurn();
      child.kill('SIGKILL');
      await closed;
      await holder!.query('rollback');
      await holder!.end();
      while ((await others(client!)) > 0) await nextTurn();
      // Lines 1 to 1,500, of which the first is the account.
      expect(await count(client!)).toEqual({ runs: 1_499, tasks: 1_499, events: 2_998 });
      const { code, out } = await run(path, own.url);
      expect(code).toBe(0);
      expect(out).toContain('account: 0 imported, 1 there already');
      expect(out).toContain('task: 1501 imported, 1499 there already');
      expect(await count(client!)).toEqual({ runs: 3_000, tasks: 3_000, events: 6_000 });
    } finally {
      await client!.end();
      await own.drop();
    }
  });

  test('at the same time as an account is deleted, then neither has what the other waits for', async () => {
    const own = await createDatabase();
    const [holder, client] = [own.url, own.url].map((url) => new pg.Client({ connectionString: url }));
    await Promise.all([holder!.connect(), client!.connect()]);
    try {
      await run(await write([ANN]), own.url);
      // As a deletion does: first all accounts, then this one.
      await holder!.query('begin');
      await lockAccounts(holder!);
      const key = { type: 'apiKey', account: ANN.email, name: 'k', key: oldKey() };
      const outcome = run(await write([key, account()]), own.url);
      while ((await others(client!, true)) === 0) await nextTurn();
      const { rowCount } = await holder!.query('select from app_user where email = $1 for update nowait', [
        ANN.email,
      ]);
      expect(rowCount).toBe(1);
      await holder!.query('commit');
      expect(await outcome).toMatchObject({ code: 0, problems: [] });
    } finally {
      await Promise.all([holder!.end(), client!.end()]);
      await own.drop();
    }
  });

  test('refused in a later batch, then the earlier ones are there, and the message says up to which line', async () => {
    const own = await createDatabase();
    const client = new pg.Client({ connectionString: own.url });
    await client.connect();
    try {
      const wrong = { ...tasks[1200]!, account: 'unknown@example.com' };
      const path = await write([ANN, ...tasks.slice(0, 1200), wrong, ...tasks.slice(1201, 1300)]);
      const { code, problems } = await run(path, own.url);
      expect(code).toBe(1);
      expect(problems).toEqual([
        expect.stringContaining('line 1202: NOT_FOUND: account'),
        expect.stringContaining('Everything up to line 1000 is imported.'),
      ]);
      expect(await count(client)).toEqual({ runs: 999, tasks: 999, events: 1998 });
    } finally {
      await client.end();
      await own.drop();
    }
  });
});

describe('docs/legacy/import.md', () => {
  const page = PAGES.find(({ path }) => path === 'docs/legacy/import.md')!;

  test('its example can be imported', () => {
    const [example] = examples(page, 'jsonl');
    const lines = example!.block.text.trim().split('\n');
    const checked = lines.map((text, index) => checkLine({ number: index + 1, text, bytes: 0 }));
    expect(lines).toHaveLength(4);
    expect(checked.filter(Array.isArray)).toEqual([]);
  });

  test('the hash in it is not of a key that can be guessed', () => {
    const [example] = examples(page, 'jsonl');
    const { sha256: hash } = JSON.parse(example!.block.text.trim().split('\n')[1]!);
    const guessed = ['', 'test', 'secret', 'key', 'example', ...FREQUENT_PASSWORDS].find(
      (word) => sha256(word) === hash,
    );
    expect(guessed).toBeUndefined();
  });

  test.each(Object.entries(RECORDS))('it has every member of %s, and no other', (type, { shape }) => {
    const section = page.text.split(`### ${type}\n`)[1]!.split('\n## ')[0]!.split('\n### ')[0]!;
    const cells = [...section.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell]) => cell!);
    const words = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word!));
    expect(['type', ...words].toSorted()).toEqual(Object.keys(shape).toSorted());
  });
});
