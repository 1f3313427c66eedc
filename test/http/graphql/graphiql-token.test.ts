import { createHash } from 'node:crypto';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { removeLinks } from '../../../src/secrets/one-time-links.ts';
import { createClient, data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { PROXIES } from '../../harness/proxies.ts';
import { startTestServer } from '../../harness/server.ts';
import { getPage, tokenIn } from '../page.ts';

const VIEWER = '{ viewer { name isAdmin } }';

describe('in embedded mode', () => {
  const server = fixture(() => startTestServer({ embedded: true, worker: false }));

  const links = () => readdir(join(server.config.dataDir, 'links'));

  test('a link gives a page that acts for the local admin, once', async () => {
    const link = await server.link();
    const first = await getPage(link, { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' });
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    const client = createClient(server.url, { authorization: `Bearer ${tokenIn(first)}` });
    expect(data(await client.query(VIEWER)).viewer).toEqual({ name: 'Local admin', isAdmin: true });
    const second = await getPage(link);
    expect(second).toMatchObject({ status: 200, body: expect.stringContaining('npm run link') });
    expect(tokenIn(second)).toBeNull();
  });

  test('of many who use a link at once, one gets the token', async () => {
    const link = await server.link();
    // A page has 9 MB; beyond 64 MB that are not sent yet, connections are closed.
    const pages = await Promise.all(Array.from({ length: 6 }, () => getPage(link)));
    expect(pages.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(pages.filter((page) => tokenIn(page) !== null)).toHaveLength(1);
  });

  test('a link is good for a day', async () => {
    const [old, young] = [await server.link(), await server.link()];
    const folder = join(server.config.dataDir, 'links');
    const age = async (url: string, hours: number) => {
      const secret = new URL(url).searchParams.get('link')!;
      const date = new Date(Date.now() - hours * 3_600_000);
      await utimes(join(folder, createHash('sha256').update(secret).digest('hex')), date, date);
    };
    await age(old, 24.01);
    await age(young, 23.9);
    expect(tokenIn(await getPage(old))).toBeNull();
    expect(tokenIn(await getPage(young))).not.toBeNull();
  });

  test.each([
    ['none', ''],
    ['an empty one', '?link='],
    ['a wrong one', `?link=${'A'.repeat(43)}`],
    ['two', '?link=a&link=b'],
    ['a path', '?link=..%2Fjwt.secret'],
    ['no text', '?link=%00'],
    ['a very long one', `?link=${'A'.repeat(8000)}`],
  ])('the page with %s for a link has no token', async (_what, search) => {
    const page = await getPage(`${server.url}/graphql${search}`);
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('renderYogaGraphiQL') });
    expect(tokenIn(page)).toBeNull();
  });

  test.each<[string, Record<string, string>, string, number]>([
    ['HEAD', {}, 'HEAD', 405],
    ['a prefetch', { 'sec-purpose': 'prefetch' }, 'GET', 503],
    ['a prerendering', { 'sec-purpose': 'prefetch;prerender' }, 'GET', 503],
    ['a script of a page', { origin: 'http://localhost:5173' }, 'GET', 200],
    ['an image of a page', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'cross-site' }, 'GET', 200],
    ['a program that wants no page', { accept: 'application/json' }, 'GET', 200],
  ])('%s does not use a link up', async (_what, headers, method, status) => {
    const link = await server.link();
    const answer = await getPage(link, headers, method);
    expect(answer.status).toBe(status);
    expect(tokenIn(answer)).toBeNull();
    expect(tokenIn(await getPage(link))).not.toBeNull();
  });

  test.each(Object.keys(PROXIES) as (keyof typeof PROXIES)[])('a link works once by %s', async (name) => {
    const proxy = await PROXIES[name](server.url);
    const link = await server.link(proxy.url);
    expect(tokenIn(await getPage(link))).not.toBeNull();
    expect(tokenIn(await getPage(link))).toBeNull();
    await proxy.stop();
  });

  test('no secret is kept, only its hash', async () => {
    const secret = new URL(await server.link()).searchParams.get('link')!;
    expect((await links()).every((name) => /^[0-9a-f]{64}$/.test(name))).toBe(true);
    expect((await links()).join()).not.toContain(secret);
  });

  test('no other site may read the page', async () => {
    const { headers } = await getPage(`${server.url}/graphql`, { origin: 'https://evil.example' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test('who registers first is an ordinary user', async () => {
    const ann = await server.newUser();
    expect(data(await ann.query('{ viewer { isAdmin } }')).viewer.isAdmin).toBe(false);
  });
});

test('a link of an earlier start is good for nothing', async () => {
  const server = await startTestServer({ embedded: true, worker: false });
  const link = await server.link();
  await removeLinks(server.config.dataDir);
  expect(tokenIn(await getPage(link))).toBeNull();
  await server.stop();
});

test('with HOST for the network the local admin is the admin, too', async () => {
  const server = await startTestServer({ embedded: true, worker: false, variables: { HOST: '0.0.0.0' } });
  expect(data(await (await server.localAdmin()).query(VIEWER)).viewer.isAdmin).toBe(true);
  expect(data(await (await server.newUser()).query(VIEWER)).viewer.isAdmin).toBe(false);
  await server.stop();
});

test('with a database of the operator no link is taken, and who registers first is the admin', async () => {
  const server = await startTestServer({ worker: false });
  const page = await getPage(await server.link());
  expect(page).toMatchObject({ status: 200, body: expect.stringContaining('renderYogaGraphiQL') });
  expect(tokenIn(page)).toBeNull();
  expect(data(await (await server.newUser()).query(VIEWER)).viewer.isAdmin).toBe(true);
  expect(data(await (await server.newUser()).query(VIEWER)).viewer.isAdmin).toBe(false);
  await server.stop();
});

test('in production there is neither the page nor introspection', async () => {
  const server = await startTestServer({
    worker: false,
    embedded: true,
    variables: { NODE_ENV: 'production' },
  });
  const { status, body } = await getPage(await server.link());
  expect(status).toBe(406);
  expect(body).not.toContain('renderYogaGraphiQL');
  expect(JSON.parse(body).errors[0].extensions.code).toBe('VALIDATION_ERROR');
  const answer = await server.anonymous.query('{ __schema { types { name } } }');
  expect(answer.data).toBeUndefined();
  expect(answer.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  expect((await server.anonymous.query('{ health { status } }')).data).toEqual({
    health: { status: 'healthy' },
  });
  await server.stop();
});
