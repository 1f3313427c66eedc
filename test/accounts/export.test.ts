import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

const server = fixture(() => startTestServer());
const admin = fixture(() => server.newUser());
const ann = fixture(async () => {
  await admin.query('{ viewer { id } }');
  return server.newUser();
});
const sql = async (text: string, values: unknown[] = []) =>
  (await server.store.database.pool.query(text, values)).rows;

type Line = ReturnType<typeof data>;
const bearer = ({ token }: Client) => ({ authorization: `Bearer ${token}` });
const idOf = async (client: Client): Promise<string> =>
  data(await client.query('{ viewer { id } }')).viewer.id;
const plain = (globalId: string) => Buffer.from(globalId, 'base64url').toString().split(':')[1]!;
const urlOf = async (client: Client, id?: string): Promise<string> =>
  data(await client.query('query ($id: ID) { exportUser(id: $id) { url } }', { id })).exportUser.url;
const download = (path: string, headers: Record<string, string>, signal?: AbortSignal) =>
  fetch(`${server.url}${path}`, { headers, signal: signal ?? null });

async function linesOf(response: Response): Promise<Line[]> {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  const text = await response.text();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
const exported = async (client: Client, id?: string) =>
  linesOf(await download(await urlOf(client, id), bearer(client)));
const idsIn = (lines: readonly Line[], type: string) =>
  lines.filter((line) => line.type === type).map(({ nodeId }) => nodeId);

const SECRETS = {
  password: 'a password that is secret 1',
  token: 'ghp_secretsecretsecretsecretsecretse',
  webhook: 'a-signing-key-of-a-webhook-0123456789',
  apiKeyOfModel: 'sk-secret-of-a-custom-model',
  parameter: 'a secret parameter of a template',
};

/** An account with one of everything, and every kind of secret. */
async function fullAccount() {
  const email = `full${Math.random().toString(36).slice(2)}@example.com`;
  const client = await server.anonymous.register({ email, password: SECRETS.password, name: 'Full' });
  const make = async (document: string, input: object) => data(await client.query(document, { input }));
  const { createSession } = await make(
    'mutation ($input: CreateSessionInput!) { createSession(input: $input) { session { id } } }',
    { name: 'a session' },
  );
  const { createThread } = await make(
    'mutation ($input: CreateThreadInput!) { createThread(input: $input) { thread { id } } }',
    { title: 'a thread' },
  );
  const { createApiKey } = await make(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id } } }',
    { name: 'a key' },
  );
  const id = await client.createTask({
    prompt: 'Say something.',
    model: 'demo',
    threadId: createThread.thread.id,
  });
  await client.events(id);
  const owner = plain(await idOf(client));
  await sql(
    `insert into integration (id, owner_id, origin, platform, name, sealed_credentials, credentials_hint, notify_on)
     values ($1 || '-i', $1, 'graphql', 'webhook', 'hook', $2, 'hint-of-the-key', '{}')`,
    [owner, SECRETS.webhook],
  );
  await sql(
    `insert into model (id, owner_id, provider, model_id, name, sealed_api_key, base_url)
     values ($1 || '-m', $1, 'custom', 'mine', 'mine', $2, 'https://models.example.com')`,
    [owner, SECRETS.apiKeyOfModel],
  );
  await sql('update task set secrets = $2 where id = $1', [plain(id), SECRETS.parameter]);
  await sql(
    `insert into artifact (id, run_id, name, type, media_type, size, sha256, content, is_truncated)
     values ($1 || '-a', $1, 'a.bin', 'file', 'application/octet-stream', 3, 'x', '\\x00ff10', false)`,
    [plain(id)],
  );
  return {
    client,
    owner,
    email,
    taskId: id,
    session: createSession,
    thread: createThread,
    apiKey: createApiKey,
  };
}

const MEASURED_EVERY_BYTES = 8_000_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** In this process, which is the server's as well, without garbage. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('an export', () => {
  test('has everything of the account, and ends with its numbers', async () => {
    const { client, email, taskId, session, thread, apiKey } = await fullAccount();
    const lines = await exported(client);
    expect(lines[0]).toMatchObject({ type: 'account', email, name: 'Full' });
    expect(lines[1]).toMatchObject({ type: 'usage', used: { runs: 1 } });
    expect(idsIn(lines, 'session')).toEqual([session.session.id]);
    expect(idsIn(lines, 'thread')).toEqual([thread.thread.id]);
    expect(idsIn(lines, 'apiKey')).toEqual([apiKey.apiKey.id]);
    expect(idsIn(lines, 'run')).toEqual([taskId]);
    expect(lines.filter(({ type }) => type === 'run')).toMatchObject([
      { prompt: 'Say something.', status: 'completed', result: { output: expect.any(String) } },
    ]);
    expect(lines.filter(({ type }) => type === 'event').map(({ seq }) => seq)).toEqual(
      (await client.events(taskId)).map(({ seq }) => seq).filter((seq) => seq > 0),
    );
    expect(lines.filter(({ type }) => type === 'modelCall')).toMatchObject([
      { provider: 'demo', status: 'completed' },
    ]);
    expect(lines.filter(({ type }) => type === 'artifact')).toMatchObject([
      { name: 'a.bin', content: Buffer.from([0, 255, 16]).toString('base64') },
    ]);
    for (const type of ['integration', 'model']) expect(idsIn(lines, type)).toHaveLength(1);
    expect(lines.filter(({ type }) => type === 'auditEntry').map(({ action }) => action)).toContain(
      'api_key_created',
    );
    const { counts } = lines.at(-1)!;
    expect(lines.at(-1)!.type).toBe('end');
    expect(counts).toEqual(
      Object.fromEntries(
        [...Map.groupBy(lines.slice(0, -1), ({ type }) => type)].map(([type, of]) => [type, of.length]),
      ),
    );
  });

  test('has no password, key, token or credentials', async () => {
    const { client, owner, apiKey } = await fullAccount();
    const text = JSON.stringify(await exported(client));
    const kept = [
      ...(await sql('select password_hash as secret from app_user where id = $1', [owner])),
      ...(await sql('select hash as secret from api_key where owner_id = $1', [owner])),
      ...(await sql('select prefix as secret from api_key where owner_id = $1', [owner])),
      ...(await sql(
        'select hash as secret from refresh_token join login on login.id = login_id where owner_id = $1',
        [owner],
      )),
    ].map(({ secret }) => secret);
    expect(kept.length).toBeGreaterThan(3);
    for (const secret of [...kept, ...Object.values(SECRETS), apiKey.key, client.token!, 'hint-of-the-key'])
      expect(text).not.toContain(secret);
  });

  test('is in the audit log', async () => {
    const { client } = await fullAccount();
    await exported(client);
    const id = await idOf(client);
    await exported(admin, id);
    const { auditLog } = data(
      await admin.query('{ auditLog(first: 2) { nodes { action actor { id } subject } } }'),
    );
    expect(auditLog.nodes).toEqual([
      { action: 'USER_EXPORTED', actor: { id: await idOf(admin) }, subject: id },
      { action: 'USER_EXPORTED', actor: { id }, subject: null },
    ]);
  });
});

describe('of another account', () => {
  test('only an admin gets the export', async () => {
    const { client, email } = await fullAccount();
    const id = await idOf(client);
    expect((await exported(admin, id))[0]).toMatchObject({ email });
    expect(errorCode(await ann.query('query ($id: ID) { exportUser(id: $id) { url } }', { id }))).toBe(
      'FORBIDDEN',
    );
    const path = await urlOf(client);
    const nobody = path.replace(id, Buffer.from('User:nobody').toString('base64url'));
    const answers = [await download(path, bearer(ann)), await download(nobody, bearer(ann))];
    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
    expect(await answers[0]!.text()).toBe(await answers[1]!.text());
    expect((await download(path, {})).status).toBe(401);
    expect((await download(nobody, bearer(admin))).status).toBe(404);
    expect((await download('/exports/nothing', bearer(admin))).status).toBe(404);
  });

  test('nothing is in one’s own', async () => {
    const people = [await fullAccount(), await fullAccount(), await fullAccount()];
    for (const one of people) {
      const text = JSON.stringify(await exported(one.client));
      for (const { owner, email, taskId } of people.filter((other) => other !== one))
        for (const foreign of [owner, email, plain(taskId)]) expect(text).not.toContain(foreign);
    }
  });
});

describe('of 10,000 runs', () => {
  const RUNS = 10_000;
  const big = fixture(async () => {
    const client = await server.newUser();
    const owner = plain(await idOf(client));
    await sql(
      `insert into run (id, kind, owner_id, origin, status, last_seq)
       select $1 || '-' || i, 'task', $1, 'graphql', 'running', 2 from generate_series(1, ${RUNS}) as i`,
      [owner],
    );
    await sql(
      `insert into task (id, kind, prompt) select id, 'prompt', repeat('x', 4000) from run where owner_id = $1`,
      [owner],
    );
    await sql(
      `insert into run_event (month, run_id, seq, attempt, type, data)
       select month, id, seq, 1, 'RunQueued', '{}' from run, generate_series(1, 2) as seq where owner_id = $1`,
      [owner],
    );
    await sql(`update run set status = 'completed' where owner_id = $1`, [owner]);
    return { client, owner };
  });

  test('an export holds little in memory, however slowly it is read', async () => {
    const { client } = big;
    const response = await download(await urlOf(client), bearer(client));
    const reader = response.body!.getReader();
    await reader.read();
    const before = heldBytes();
    let bytes = 0;
    let measuredAt = 0;
    let most = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.byteLength;
      if (bytes - measuredAt < MEASURED_EVERY_BYTES) continue;
      measuredAt = bytes;
      most = Math.max(most, heldBytes() - before);
    }
    expect(bytes).toBeGreaterThan(40_000_000);
    expect(measuredAt).toBeGreaterThan(0);
    expect(most).toBeLessThan(30_000_000);
  }, 300_000);

  test('a client that reads nothing stops the reading of the database, and one that leaves ends it', async () => {
    const { client } = big;
    const gone = new AbortController();
    const response = await download(await urlOf(client), bearer(client), gone.signal);
    const reader = response.body!.getReader();
    await reader.read();
    const queries = { count: 0 };
    const { pool } = server.store.database;
    const query = pool.query.bind(pool);
    pool.query = ((...given: unknown[]) => {
      if ((given[0] as { name?: string }).name === 'export-run-task') queries.count += 1;
      return (query as (...all: unknown[]) => unknown)(...given);
    }) as typeof pool.query;
    let last = -1;
    // What waits for the client has filled the buffers of both sides.
    await expect
      .poll(
        () => {
          const isStill = queries.count === last;
          last = queries.count;
          return isStill;
        },
        { interval: 1_000, timeout: 60_000 },
      )
      .toBe(true);
    expect(queries.count).toBeLessThan(RUNS);
    gone.abort();
    // Two at once are possible again.
    const path = await urlOf(client);
    await expect
      .poll(async () => {
        const [one, two] = [new AbortController(), new AbortController()];
        const answers = [
          await download(path, bearer(client), one.signal),
          await download(path, bearer(client), two.signal),
        ];
        one.abort();
        two.abort();
        return answers.map(({ status }) => status);
      })
      .toEqual([200, 200]);
    pool.query = query as typeof pool.query;
  }, 120_000);

  test('no third one is sent at the same time', async () => {
    const path = await urlOf(big.client);
    const gone = new AbortController();
    await expect.poll(async () => (await download(path, bearer(big.client), gone.signal)).status).toBe(200);
    await expect.poll(async () => (await download(path, bearer(big.client), gone.signal)).status).toBe(429);
    gone.abort();
  }, 60_000);

  test('an export is cut when the account is deleted meanwhile', async () => {
    const { client } = big;
    const id = await idOf(client);
    const response = await download(await urlOf(admin, id), bearer(admin));
    const lines = createInterface({ input: Readable.fromWeb(response.body as never) });
    const read: string[] = [];
    const reading = (async () => {
      for await (const line of lines) {
        read.push(line);
        if (read.length === 100)
          data(
            await admin.query('mutation ($id: ID!) { deleteUser(input: { id: $id }) { deletedId } }', { id }),
          );
      }
    })();
    await expect(reading).rejects.toThrow();
    expect(read.at(-1)).not.toContain('"type":"end"');
  }, 120_000);
});
