import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { startServer } from '../../src/server.ts';
import { type Client, createClient, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { GOOD_TOKEN, startOutside } from '../harness/vendor/outside.ts';
import {
  create,
  deliveries,
  endTask,
  read,
  settled,
  tryOut,
  tryToCreate,
  tryToUpdate,
  update,
} from './integrations.ts';

let ann: Client;

const SLACK_PATH = '/services/T0/B0/good-channel-and-secret';

const outside = fixture(startOutside);
const server = fixture(() => startTestServer({ variables: { OUTBOUND_ALLOW: '127.0.0.1' } }));
beforeEach(async () => {
  ann = await server.newUser();
});

const github = (more: object = {}) => ({
  platform: 'GITHUB',
  url: outside.url,
  credentials: { token: GOOD_TOKEN },
  ...more,
});
const hook = (more: object = {}) => ({ platform: 'WEBHOOK', url: `${outside.url}/hook`, ...more });
const slack = (path = SLACK_PATH) => ({
  platform: 'SLACK',
  credentials: { webhookUrl: `${outside.url}${path}` },
});

const LIST = `query ($first: Int, $after: String, $filter: IntegrationFilter) {
  integrations(first: $first, after: $after, filter: $filter) {
    nodes { id name } pageInfo { hasNextPage endCursor } } }`;

describe('an integration', () => {
  test('is made with what its platform has, and found again', async () => {
    const made = await create(ann, { platform: 'GITHUB', credentials: { token: GOOD_TOKEN } });
    expect(made).toMatchObject({
      platform: 'GITHUB',
      name: 'GitHub',
      url: null,
      credentialsHint: GOOD_TOKEN.slice(-4),
      notifyOn: [],
      isActive: true,
      disabledReason: null,
      lastTest: null,
      secret: null,
      deliveries: { nodes: [] },
    });
    expect(await create(ann, slack())).toMatchObject({
      url: null,
      notifyOn: ['COMPLETED', 'FAILED', 'CANCELLED'],
    });
    const { secret: _, ...same } = made;
    expect(await read(ann, made.id)).toEqual(same);
    const node = `query ($id: ID!) { node(id: $id) { ... on Integration { name } } }`;
    expect(data(await ann.query(node, { id: made.id })).node).toEqual({ name: 'GitHub' });
  });

  test('is listed page by page', async () => {
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) ids.unshift((await create(ann, hook({ name }))).id);
    await create(ann, github());
    const filter = { platform: 'WEBHOOK' };
    const first = data(await ann.query(LIST, { first: 2, filter })).integrations;
    expect(first.nodes.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    const after = first.pageInfo.endCursor;
    const rest = data(await ann.query(LIST, { first: 2, after, filter })).integrations;
    expect(rest).toMatchObject({ nodes: [{ id: ids[2] }], pageInfo: { hasNextPage: false } });
  });

  test('is changed in what is given, and deleted with what it was told', async () => {
    const { id } = await create(ann, hook());
    const changed = await update(ann, { id, name: 'CI', notifyOn: ['FAILED', 'FAILED'] });
    expect(changed).toMatchObject({ name: 'CI', notifyOn: ['FAILED'], url: `${outside.url}/hook` });
    expect(await update(ann, { id, url: `${outside.url}/other`, notifyOn: [] })).toMatchObject({
      name: 'CI',
      url: `${outside.url}/other`,
      notifyOn: [],
    });
    await update(ann, { id, notifyOn: ['CANCELLED'] });
    await endTask(ann);
    expect(await deliveries(ann, id)).toHaveLength(1);
    const remove = `mutation ($id: ID!) { deleteIntegration(input: { id: $id }) { deletedId } }`;
    expect(data(await ann.query(remove, { id })).deleteIntegration.deletedId).toBe(id);
    expect(errorCode(await ann.query(remove, { id }))).toBe('NOT_FOUND');
    const { rows } = await server.store.database.pool.query(
      'select from delivery where integration_id = $1',
      [Buffer.from(id, 'base64url').toString().slice('Integration:'.length)],
    );
    expect(rows).toEqual([]);
  });

  test('is one of at most fifty', async () => {
    for (let made = 0; made < 50; made++) await create(ann, hook());
    expect(errorCode(await tryToCreate(ann, hook()))).toBe('INVALID_STATE');
  });
});

describe('refused is', () => {
  const other = { platform: 'GITHUB', credentials: { token: GOOD_TOKEN } };
  test.each<[string, object, string]>([
    ['a webhook without an address', { platform: 'WEBHOOK' }, 'input.url'],
    ['GitHub without a token', { platform: 'GITHUB' }, 'input.credentials.token'],
    ['GitLab without credentials', { platform: 'GITLAB' }, 'input.credentials.token'],
    ['Slack without its address', { platform: 'SLACK' }, 'input.credentials.webhookUrl'],
    [
      'Slack with an address beside it',
      { platform: 'SLACK', url: 'https://a.b', credentials: { webhookUrl: 'https://a.b' } },
      'input.url',
    ],
    [
      'a token that no header can hold',
      { platform: 'GITHUB', credentials: { token: 'a b' } },
      'input.credentials.token',
    ],
    [
      'what another platform has',
      { platform: 'WEBHOOK', url: 'https://example.com/', credentials: { token: GOOD_TOKEN } },
      'input.credentials.token',
    ],
    [
      'two secrets',
      { ...other, credentials: { token: GOOD_TOKEN, secret: `whsec_${'A'.repeat(32)}` } },
      'input.credentials',
    ],
    ['being told, for GitHub', { ...other, notifyOn: ['FAILED'] }, 'input.notifyOn'],
    ['plain http', { platform: 'WEBHOOK', url: 'http://example.com/' }, 'input.url'],
    [
      'plain http for Slack',
      { platform: 'SLACK', credentials: { webhookUrl: 'http://example.com/' } },
      'input.credentials.webhookUrl',
    ],
    ['a password in an address', { platform: 'WEBHOOK', url: 'https://a:b@example.com/' }, 'input.url'],
    ['what is no address', { platform: 'WEBHOOK', url: 'example.com' }, 'input.url'],
    ['a query behind a forge', { ...other, url: 'https://example.com/?a=b' }, 'input.url'],
    ['another protocol', { platform: 'WEBHOOK', url: 'file:///etc/passwd' }, 'input.url'],
    [
      'a key that is too short',
      { platform: 'WEBHOOK', url: 'https://example.com/', credentials: { secret: 'whsec_AAAA' } },
      'input.credentials.secret',
    ],
    [
      'a key that is none',
      { platform: 'WEBHOOK', url: 'https://example.com/', credentials: { secret: 'x'.repeat(40) } },
      'input.credentials.secret',
    ],
    ['a blank name', { ...other, name: ' ' }, 'input.name'],
  ])('%s', async (_what, given, field) => {
    const { errors } = await tryToCreate(ann, given);
    expect(errors).toHaveLength(1);
    expect(errors![0]!.extensions).toMatchObject({ code: 'VALIDATION_ERROR', field });
    expect(JSON.stringify(errors)).not.toContain(GOOD_TOKEN);
    expect(data(await ann.query(LIST)).integrations.nodes).toEqual([]);
  });

  test('a change that would leave a webhook without an address', async () => {
    const { id } = await create(ann, hook());
    const { errors } = await tryToUpdate(ann, { id, url: null });
    expect(errors![0]!.extensions).toMatchObject({ code: 'VALIDATION_ERROR', field: 'input.url' });
    expect((await read(ann, id)).url).toBe(`${outside.url}/hook`);
  });
});

test('a token does not go along to another address', async () => {
  const { id } = await create(ann, github());
  for (const url of [`${outside.url}/elsewhere`, null]) {
    const { errors } = await tryToUpdate(ann, { id, url });
    const field = 'input.credentials.token';
    expect(errors![0]!.extensions).toMatchObject({ code: 'VALIDATION_ERROR', field });
  }
  expect((await update(ann, { id, url: `${outside.url}/`, name: 'same' })).url).toBe(outside.url);
  const url = `${outside.url}/elsewhere`;
  expect((await update(ann, { id, url, credentials: { token: 'ghp_other' } })).url).toBe(url);
});

describe('a test', () => {
  test.each([
    { platform: 'GITHUB', path: '/api/v3/user', account: 'octocat', who: 'GitHub', why: 'Bad credentials' },
    { platform: 'GITLAB', path: '/api/v4/user', account: 'tanuki', who: 'GitLab', why: '401 Unauthorized' },
  ])('asks $platform who we are', async ({ platform, path, account, who, why }) => {
    const { id } = await create(ann, github({ platform, url: `${outside.url}/` }));
    const { test: good, integration } = await tryOut(ann, id);
    expect(good).toMatchObject({
      succeeded: true,
      account,
      message: `${who} accepted the token of ${account}`,
    });
    expect(integration.lastTest).toEqual(good);
    expect(outside.received.findLast((one) => one.path === path)!.method).toBe('GET');
    await update(ann, { id, credentials: { token: 'ghp_wrong' } });
    const { test: bad } = await tryOut(ann, id);
    expect(bad).toMatchObject({ succeeded: false, account: null, message: `${who} answered 401: ${why}` });
    expect((await read(ann, id)).lastTest).toEqual(bad);
  });

  test('is not led astray by a server that is no GitHub', async () => {
    const { id } = await create(ann, github({ url: `${outside.url}/shop` }));
    outside.script('/shop/api/v3/user', { status: 200, body: '<html>Welcome</html>' });
    expect((await tryOut(ann, id)).test.message).toContain('check the URL');
  });

  test('says nothing that the other side repeats of the token', async () => {
    const { id } = await create(ann, github({ url: `${outside.url}/echo` }));
    const body = JSON.stringify({ message: `no such token: ${GOOD_TOKEN}` });
    outside.script('/echo/api/v3/user', { status: 403, body });
    expect((await tryOut(ann, id)).test.message).toBe('GitHub answered 403: no such token: …');
  });

  test.each([
    ['a name', 200, { login: 'a\0b' }, 'GitHub accepted the token of a\uFFFDb'],
    [
      'a long name',
      200,
      { login: `${'a'.repeat(199)}😀` },
      `GitHub accepted the token of ${'a'.repeat(199)}\uFFFD`,
    ],
    ['a reason', 403, { message: 'a\0b' }, 'GitHub answered 403: a\uFFFDb'],
  ])('keeps %s that Postgres cannot hold', async (_what, status, body, message) => {
    const { id } = await create(ann, github({ url: `${outside.url}/odd` }));
    outside.script('/odd/api/v3/user', { status, body: JSON.stringify(body) });
    expect((await tryOut(ann, id)).integration.lastTest.message).toBe(message);
  });

  test('writes to Slack, and says why that cannot be', async () => {
    const { id } = await create(ann, slack());
    expect((await tryOut(ann, id)).test).toMatchObject({ succeeded: true, message: 'Slack answered 200' });
    const [said] = await outside.waitFor(SLACK_PATH, 1);
    expect(JSON.parse(said!.body)).toEqual({ text: 'Polyphony can write here.' });
    const { id: gone } = await create(ann, slack('/services/T0/B0/gone'));
    const { test: failed } = await tryOut(ann, gone);
    expect(failed).toMatchObject({ succeeded: false, message: 'Slack answered 404: no_service' });
  });

  test('pings a webhook, signed', async () => {
    const path = '/pinged';
    const { id, secret } = await create(ann, hook({ url: `${outside.url}${path}` }));
    expect((await tryOut(ann, id)).test.succeeded).toBe(true);
    const [ping] = await outside.waitFor(path, 1);
    expect(new Webhook(secret).verify(ping!.body, ping!.headers)).toMatchObject({ type: 'ping' });
    expect(await deliveries(ann, id)).toEqual([]);
  });

  test.each([
    ['that nobody listens at', 'http://127.0.0.1:9/', 'no connection: ECONNREFUSED'],
    ['that is private', 'https://10.0.0.1/', '10.0.0.1 is not on the public internet'],
    ['that is nowhere', 'https://nowhere.invalid/', 'the host nowhere.invalid could not be resolved'],
  ])('of an address %s tells so', async (_what, url, message) => {
    const { id } = await create(ann, hook({ url }));
    const { test: failed } = await tryOut(ann, id);
    expect(failed.succeeded).toBe(false);
    expect(failed.message).toContain(message);
  });
});

describe('credentials', () => {
  test('a key that is given signs, and a new one from then on', async () => {
    const path = '/keys';
    const keys = [24, 64].map((bytes) => `whsec_${randomBytes(bytes).toString('base64')}`);
    const url = `${outside.url}${path}`;
    const { id, secret } = await create(ann, hook({ url, credentials: { secret: keys[0] } }));
    expect(secret).toBeNull();
    await endTask(ann);
    await outside.waitFor(path, 1);
    await update(ann, { id, credentials: { secret: keys[1] } });
    await endTask(ann);
    for (const [index, { body, headers }] of (await outside.waitFor(path, 2)).entries()) {
      expect(() => new Webhook(keys[index]!).verify(body, headers)).not.toThrow();
    }
  });

  test('are sealed in the database, and in no answer, message or error', async () => {
    const { id, secret } = await create(ann, hook({ url: `${outside.url}/sealed` }));
    await create(ann, github());
    await create(ann, slack());
    await endTask(ann);
    await settled(ann, id, ({ status }) => status === 'DELIVERED');
    await tryOut(ann, id);
    const { rows } = await server.store.database.pool.query(
      `select string_agg(to_jsonb(integration)::text, ' ') as integrations,
         (select string_agg(to_jsonb(delivery)::text, ' ') from delivery) as deliveries,
         (select string_agg(to_jsonb(job)::text, ' ') from graphile_worker._private_jobs as job) as jobs,
         (select string_agg(to_jsonb(run_event)::text, ' ') from run_event) as events
       from integration`,
    );
    const everything = JSON.stringify([
      ...rows,
      (await ann.query(LIST)).data,
      await read(ann, id),
      outside.received.filter(({ path }) => path === '/sealed'),
    ]);
    for (const one of [GOOD_TOKEN, secret.slice('whsec_'.length), SLACK_PATH.slice(-20)]) {
      expect(everything).not.toContain(one);
    }
    expect(rows[0].integrations).toContain('"sealed_credentials": "');
  });

  test('that were sealed with another key are told to be set again', async () => {
    const { id } = await create(ann, github());
    const SECRETS_KEY = Buffer.alloc(32, 9).toString('base64');
    const other = await startServer(
      { ...server.config, secretsKey: SECRETS_KEY },
      createLog('silent'),
      server.store,
      false,
      server.metrics,
    );
    const there = createClient(other.url, { authorization: `Bearer ${ann.token}` });
    const { test: failed } = await tryOut(there, id);
    expect(failed).toMatchObject({
      succeeded: false,
      message: 'the credentials cannot be decrypted with the current SECRETS_KEY; set them again',
    });
    await update(there, { id, credentials: { token: GOOD_TOKEN } });
    expect((await tryOut(there, id)).test.succeeded).toBe(true);
    await other.stop();
  });
});

test('Slack is told how a run ended', async () => {
  const path = '/slack/told';
  const { id } = await create(ann, slack(path));
  const taskId = await endTask(ann);
  const [said] = await outside.waitFor(path, 1);
  expect(JSON.parse(said!.body)).toEqual({ text: `*Task cancelled* \`${taskId}\`\nenough\n$0` });
  await settled(ann, id, ({ status }) => status === 'DELIVERED');
});
