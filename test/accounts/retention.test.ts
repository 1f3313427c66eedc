import { createHash } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { recordAudit } from '../../src/store/accounts/audit.ts';
import { startWorker } from '../../src/worker.ts';
import { createClient, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';

let people = 0;

const server = fixture(() => startTestServer({ worker: false }));
const admin = fixture(() => server.newUser());

const sql = async (text: string, values: unknown[] = []) =>
  (await server.store.database.pool.query(text, values)).rows;
const plain = (globalId: string) => Buffer.from(globalId, 'base64url').toString().split(':')[1]!;

/** A worker deletes what is no longer kept when it starts, and every hour. */
async function nextWorker(): Promise<void> {
  const urls = { url: server.databaseUrl, directUrl: server.databaseUrl };
  const worker = await startWorker(server.config, createLog('silent'), server.store, urls, server.metrics);
  onTestFinished(() => worker.stop());
}

async function newPerson() {
  people += 1;
  const input = { email: `p${people}@example.com`, name: 'p', password: 'a good password' };
  const answer = await server.anonymous.query(
    'mutation ($input: RegisterInput!) { register(input: $input) { token refreshToken user { id } } }',
    { input },
  );
  const { token, refreshToken, user } = data(answer).register;
  const client = createClient(server.url, { authorization: `Bearer ${token}` });
  return { refreshToken: refreshToken as string, userId: plain(user.id), globalId: user.id, client };
}

const refresh = (refreshToken: string) =>
  server.anonymous.query(
    'mutation ($input: RefreshLoginInput!) { refreshLogin(input: $input) { refreshToken } }',
    { input: { refreshToken } },
  );
const refreshed = async (refreshToken: string): Promise<string> =>
  data(await refresh(refreshToken)).refreshLogin.refreshToken;
const tokensOf = (userId: string) =>
  sql('select hash from refresh_token join login on login.id = login_id where owner_id = $1', [userId]);

describe('refresh tokens', () => {
  test('that were used leave no rows, and reusing the first one still ends the login', async () => {
    const { refreshToken, userId } = await newPerson();
    let current = refreshToken;
    for (let round = 0; round < 30; round += 1) current = await refreshed(current);
    expect(await tokensOf(userId)).toHaveLength(1);
    expect(errorCode(await refresh(refreshToken))).toBe('UNAUTHENTICATED');
    expect(await tokensOf(userId)).toEqual([]);
    expect(errorCode(await refresh(current))).toBe('UNAUTHENTICATED');
  });

  test('of an earlier version are exchanged once, and their reuse ends the login', async () => {
    const { userId } = await newPerson();
    const former = `rt_${'a'.repeat(43)}`;
    const hash = createHash('sha256').update(former).digest('hex');
    await sql('update login set refresh_family = null where owner_id = $1', [userId]);
    await sql(
      `insert into refresh_token (hash, login_id, expires_at)
       select $1, id, expires_at from login where owner_id = $2`,
      [hash, userId],
    );
    const next = await refreshed(await refreshed(former));
    expect(errorCode(await refresh(former))).toBe('UNAUTHENTICATED');
    expect(errorCode(await refresh(next))).toBe('UNAUTHENTICATED');
  });

  test('and their logins are deleted by a worker when they have expired', async () => {
    const { userId } = await newPerson();
    await sql(`update login set expires_at = now() - interval '1 second' where owner_id = $1`, [userId]);
    await nextWorker();
    await expect.poll(() => sql('select id from login where owner_id = $1', [userId])).toEqual([]);
    expect(await tokensOf(userId)).toEqual([]);
  });
});

describe('the audit log', () => {
  const ofActor = (id: string) =>
    sql('select action, subject from audit_entry where actor_id = $1 order by created_at', [id]);

  test('keeps a bounded number of what an account does to its own credentials, and all that admins do', async () => {
    const { userId, globalId, client } = await newPerson();
    await admin.query(
      'mutation ($id: ID!) { updateUser(input: { id: $id, maxQueuedRuns: 7 }) { user { id } } }',
      {
        id: globalId,
      },
    );
    const count = `insert into audit_entry (id, actor_id, action, created_at)
      select $1 || i, $1, $2, now() - interval '1 day' from generate_series(1, 1003) as i`;
    await sql(count, [userId, 'api_key_created']);
    await sql(
      `insert into audit_entry (id, actor_id, action, created_at)
      values ($1, $1, 'password_changed', now() - interval '2 days')`,
      [userId],
    );
    const adminId = plain(data(await admin.query('{ viewer { id } }')).viewer.id);
    await sql(count, [adminId, 'user_disabled']);
    for (const name of ['first', 'second']) {
      for (const each of [client, admin]) {
        data(await each.query(`mutation { createApiKey(input: { name: "${name}" }) { key } }`));
      }
    }
    const own = await ofActor(userId);
    expect(own.filter(({ action }) => action === 'api_key_created')).toHaveLength(1_000);
    // A flood of one action displaces no entry of another.
    expect(own[0]!.action).toBe('password_changed');
    expect(own.slice(-2).map(({ action }) => action)).toEqual(['api_key_created', 'api_key_created']);
    expect(own.some(({ action }) => action === 'user_registered')).toBe(true);
    const ofAdmin = await ofActor(adminId);
    expect(ofAdmin.filter(({ action }) => action === 'user_disabled')).toHaveLength(1_003);
    expect(ofAdmin).toContainEqual({ action: 'user_limits_changed', subject: globalId });
  });

  test('is kept for a year', async () => {
    await sql(
      `insert into audit_entry (id, actor_id, action, created_at) values
         ('old', 'a', 'user_disabled', now() - interval '366 days'),
         ('young', 'a', 'user_disabled', now() - interval '364 days')`,
    );
    const left = () => sql(`select id from audit_entry where id in ('old', 'young')`);
    await nextWorker();
    await expect.poll(left).toEqual([{ id: 'young' }]);
  });

  test('finds the entries of an account by their index', async () => {
    const sent: { text: string; values: unknown[] }[] = [];
    const query = async (statement: never) => sent.push(statement);
    const event = { actorId: 'a', action: 'api_key_created', subject: null } as const;
    await recordAudit({ query } as never, event);
    const client = await server.store.database.pool.connect();
    await client.query('begin; set local enable_seqscan = off');
    const { rows } = await client.query(`explain ${sent[0]!.text}`, sent[0]!.values);
    await client.query('rollback');
    client.release();
    expect(JSON.stringify(rows)).toContain('audit_entry_own');
  });
});
