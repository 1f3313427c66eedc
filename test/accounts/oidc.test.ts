import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginDeletion, deleteAccount } from '../../src/store/accounts/delete-account.ts';
import { data, errorCode } from '../harness/client.ts';
import { freePort } from '../harness/free-port.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { type Browser, openBrowser } from './cookie-jar.ts';

const CLIENT = { OIDC_CLIENT_ID: 'polyphony', OIDC_CLIENT_SECRET: 'a secret of the client' };

interface Person {
  email?: string;
  email_verified?: boolean;
  name?: string;
}

/** Accounts of the provider, by the login name that a person types there. */
const people: Record<string, Person> = {
  ann: { email: 'Ann@example.com', email_verified: true, name: 'Ann' },
  bob: { email: 'bob@example.com', email_verified: true },
  cid: { email: 'cid@example.com', email_verified: false },
  eve: { email: 'taken@example.com', email_verified: true },
  fay: { email: 'fay@example.com', email_verified: true },
  hal: { email: 'hal@example.com', email_verified: true },
  ida: { email: 'ida@example.com', email_verified: true },
  guy: { email: 'guy@example.com', email_verified: true },
};

let provider: Server;
let issuer: string;
let server: TestServer;

async function startProvider(redirectUris: string[]): Promise<void> {
  provider = createServer();
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const oidc: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.OIDC_CLIENT_ID,
        client_secret: CLIENT.OIDC_CLIENT_SECRET,
        redirect_uris: redirectUris,
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, ...people[id] }),
    }),
    // No page that asks a person to agree.
    async loadExistingGrant({ oidc: { client, session } }: { oidc: Record<string, Record<string, string>> }) {
      const grant = new oidc.Grant({ clientId: client!.clientId!, accountId: session!.accountId! });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  provider.on('request', oidc.callback());
}

async function startAt(port: number, variables: Record<string, string> = {}): Promise<TestServer> {
  return startTestServer({
    worker: false,
    variables: {
      PORT: `${port}`,
      OIDC_ISSUER: issuer,
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      ...CLIENT,
      ...variables,
    },
  });
}

let closedPort: number;

beforeAll(async () => {
  const port = await freePort();
  closedPort = await freePort();
  await startProvider([port, closedPort].map((each) => `http://127.0.0.1:${each}/auth/oidc/callback`));
  server = await startAt(port);
});
afterAll(async () => {
  await server?.stop();
  provider?.closeAllConnections();
  provider?.close();
});

const isBack = (url: URL) => url.pathname.startsWith('/auth/oidc/callback');

/** From our login page through the provider's form. @returns the address of the callback that the browser is sent to. */
async function logInAtProvider(
  at: TestServer,
  browser: Browser,
  name: string,
  returnTo = '/app',
): Promise<URL> {
  const begun = await browser.go(`${at.config.oidc!.publicUrl}/auth/oidc?returnTo=${returnTo}`, isBack);
  const form = await begun.response!.text();
  const action = /action="([^"]+)"/.exec(form)![1]!;
  const { url } = await browser.go(new URL(action, begun.url).href, isBack, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ prompt: 'login', login: name, password: 'x' }).toString(),
  });
  expect(isBack(url)).toBe(true);
  return url;
}

async function logIn(at: TestServer, name: string): Promise<{ browser: Browser; response: Response }> {
  const browser = openBrowser();
  const url = await logInAtProvider(at, browser, name);
  return { browser, response: await browser.send(url.href) };
}

const ask = async (at: TestServer, browser: Browser, query: string) => {
  const headers = { 'content-type': 'application/json', 'x-csrf-token': '1' };
  const response = await browser.send(`${at.config.oidc!.publicUrl}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
  });
  return response.json();
};

const codeOf = async (response: Response) => (await response.json()).errors[0].extensions.code;

describe('a login at the provider', () => {
  test('creates an account, and finds it again', async () => {
    const { browser, response } = await logIn(server, 'ann');
    expect([response.status, response.headers.get('location')]).toEqual([302, '/app']);
    const { viewer } = data(await ask(server, browser, '{ viewer { id email name isAdmin } }'));
    expect(viewer).toMatchObject({ email: 'ann@example.com', name: 'Ann', isAdmin: true });
    const again = await logIn(server, 'ann');
    expect(data(await ask(server, again.browser, '{ viewer { id } }')).viewer.id).toBe(viewer.id);
    const password = `mutation { login(input: { email: "ann@example.com", password: "x" }) { token } }`;
    expect(errorCode(await server.anonymous.query(password))).toBe('WRONG_CREDENTIALS');
  });

  test('is refused without a verified address, and for the address of another account', async () => {
    const unverified = await logIn(server, 'cid');
    expect([unverified.response.status, await codeOf(unverified.response)]).toEqual([403, 'FORBIDDEN']);
    await server.anonymous.register({
      email: 'taken@example.com',
      password: 'a good password',
      name: 'Other',
    });
    const taken = await logIn(server, 'eve');
    expect([taken.response.status, await codeOf(taken.response)]).toEqual([409, 'CONFLICT']);
    expect(taken.browser.cookies.has('polyphony_session')).toBe(false);
  });

  test('is refused when an admin has disabled the account', async () => {
    const { browser } = await logIn(server, 'bob');
    await server.store.database.pool.query(
      "update app_user set is_active = false where email = 'bob@example.com'",
    );
    await expect
      .poll(async () => errorCode(await ask(server, browser, '{ viewer { id } }')), { timeout: 2_000 })
      .toBe('UNAUTHENTICATED');
    const again = await logIn(server, 'bob');
    expect([again.response.status, await codeOf(again.response)]).toEqual([403, 'FORBIDDEN']);
  });

  test('works once, in the browser where it began, and with the state that it began with', async () => {
    const browser = openBrowser();
    const url = await logInAtProvider(server, browser, 'fay');
    const stranger = await openBrowser().send(url.href);
    expect([stranger.status, await codeOf(stranger)]).toEqual([401, 'UNAUTHENTICATED']);
    const altered = new URL(url);
    altered.searchParams.set('state', 'another');
    const flow = new Map(browser.cookies);
    expect((await browser.send(altered.href)).status).toBe(401);
    expect((await browser.send(url.href)).status).toBe(302);
    for (const [name, value] of flow) browser.cookies.set(name, value);
    expect((await browser.send(url.href)).status).toBe(401);
  });

  test.each(['https://evil.example', '//evil.example', '/\\evil.example', 'app'])(
    'does not return to %s',
    async (to) => {
      const response = await openBrowser().send(`${server.url}/auth/oidc?returnTo=${encodeURIComponent(to)}`);
      expect([response.status, await codeOf(response)]).toEqual([400, 'VALIDATION_ERROR']);
    },
  );
});

test('with REGISTRATION=closed it needs an invitation of its address', async () => {
  const closed = await startAt(closedPort, { REGISTRATION: 'closed' });
  try {
    const refused = await logIn(closed, 'guy');
    expect([refused.response.status, await codeOf(refused.response)]).toEqual([403, 'FORBIDDEN']);
    await closed.store.database.pool.query(
      `insert into account_token (hash, kind, email, expires_at)
       values ('x', 'invitation', 'guy@example.com', now() + interval '1 day')`,
    );
    expect((await logIn(closed, 'guy')).response.status).toBe(302);
  } finally {
    await closed.stop();
  }
});

describe('a person whose account is deleted', () => {
  const idOfViewer = async (at: TestServer, browser: Browser): Promise<string> =>
    localId(data(await ask(at, browser, '{ viewer { id } }')).viewer.id);
  const localId = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;
  const remove = (at: TestServer, id: string) =>
    beginDeletion(at.store.database, { id, actorId: 'an admin', globalId: id });
  const finish = (at: TestServer, id: string) => deleteAccount(at.store, id, AbortSignal.timeout(30_000));
  const refusalOf = async (at: TestServer, name: string) => {
    const { response, browser } = await logIn(at, name);
    expect(browser.cookies.has('polyphony_session')).toBe(false);
    return [response.status, await codeOf(response)];
  };

  test('cannot log in until the deletion has ended, and then gets a new account', async () => {
    // The first account is the admin's, which cannot be deleted.
    await logIn(server, 'ann');
    const { browser } = await logIn(server, 'hal');
    const former = await idOfViewer(server, browser);
    expect(await remove(server, former)).toBe('changed');
    expect(await refusalOf(server, 'hal')).toEqual([403, 'FORBIDDEN']);
    await expect
      .poll(async () => errorCode(await ask(server, browser, '{ viewer { id } }')), { timeout: 2_000 })
      .toBe('UNAUTHENTICATED');
    await finish(server, former);
    const again = await logIn(server, 'hal');
    expect(await idOfViewer(server, again.browser)).not.toBe(former);
    expect(errorCode(await ask(server, browser, '{ viewer { id } }'))).toBe('UNAUTHENTICATED');
  });

  test('whose deletion begins while they log in gets no session', async () => {
    const { browser } = await logIn(server, 'ida');
    const id = await idOfViewer(server, browser);
    const second = openBrowser();
    const url = await logInAtProvider(server, second, 'ida');
    await remove(server, id);
    expect((await second.send(url.href)).status).toBe(403);
    expect(second.cookies.has('polyphony_session')).toBe(false);
  });

  test('needs another invitation with REGISTRATION=closed', async () => {
    const closed = await startAt(closedPort, { REGISTRATION: 'closed' });
    const invite = () =>
      closed.store.database.pool.query(
        `insert into account_token (hash, kind, email, expires_at)
         values (gen_random_uuid(), 'invitation', 'hal@example.com', now() + interval '1 day')`,
      );
    try {
      await closed.store.database.pool.query(
        `insert into app_user (id, email, name, is_admin) values ('first', 'first@example.com', 'First', true)`,
      );
      await invite();
      const { browser } = await logIn(closed, 'hal');
      const former = await idOfViewer(closed, browser);
      await remove(closed, former);
      await invite();
      expect(await refusalOf(closed, 'hal')).toEqual([403, 'FORBIDDEN']);
      await finish(closed, former);
      expect((await logIn(closed, 'hal')).response.status).toBe(302);
      const next = await idOfViewer(closed, (await logIn(closed, 'hal')).browser);
      expect(next).not.toBe(former);
      await remove(closed, next);
      await finish(closed, next);
      expect(await refusalOf(closed, 'hal')).toEqual([403, 'FORBIDDEN']);
    } finally {
      await closed.stop();
    }
  });
});

test('a provider that does not answer is UNAVAILABLE', async () => {
  const alone = await startTestServer({
    worker: false,
    variables: { OIDC_ISSUER: 'http://127.0.0.1:9', PUBLIC_URL: 'http://127.0.0.1:1', ...CLIENT },
  });
  try {
    const response = await fetch(`${alone.url}/auth/oidc`, { redirect: 'manual' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  } finally {
    await alone.stop();
  }
});
