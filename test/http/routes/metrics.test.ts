import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Client, data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { follow, start } from '../../orchestrations/orchestra.ts';
import { type Exposition, readExposition } from './exposition.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
// The first account is the admin's.
const admin = fixture(() => server.newUser());
const ann = fixture(() => server.newUser());

async function get(headers: Record<string, string> = {}, path = '/metrics') {
  const asked = request(`${server.url}${path}`, { headers }).end();
  const [response] = await once(asked, 'response');
  return { status: response.statusCode as number, headers: response.headers, body: await text(response) };
}

const read = async (): Promise<Exposition> => readExposition((await get(bearer(admin))).body);
const bearer = ({ token }: Client) => ({ authorization: `Bearer ${token}` });

/** What `act` adds to samples, by name and labels as they are written. */
async function added(act: () => Promise<unknown>): Promise<Map<string, number>> {
  const before = await read();
  await act();
  const after = await read();
  return new Map(
    [...after.samples]
      .map(([name, value]): [string, number] => [name, value - (before.samples.get(name) ?? 0)])
      .filter(([, value]) => value !== 0),
  );
}

describe('who may read metrics', () => {
  test.each<{ given: string; headers: () => Record<string, string>; status: number }>([
    { given: 'nobody, from this machine', headers: () => ({}), status: 401 },
    { given: 'an admin', headers: () => bearer(admin), status: 200 },
    {
      given: 'an admin behind a proxy',
      headers: () => ({ ...bearer(admin), 'x-forwarded-for': '1.2.3.4' }),
      status: 200,
    },
    { given: 'a user', headers: () => bearer(ann), status: 403 },
    { given: 'a token that is no good', headers: () => ({ authorization: 'Bearer x' }), status: 401 },
    { given: 'nobody, behind a proxy', headers: () => ({ 'x-forwarded-for': '127.0.0.1' }), status: 401 },
    { given: 'nobody, behind another proxy', headers: () => ({ forwarded: 'for=127.0.0.1' }), status: 401 },
    { given: 'a page of another site', headers: () => ({ origin: 'https://example.com' }), status: 403 },
    { given: 'a page whose name leads here', headers: () => ({ host: 'example.com' }), status: 403 },
  ])('$given: $status', async ({ headers, status }) => {
    const answer = await get(headers());
    expect(answer.status).toBe(status);
    if (status !== 200) expect(answer.body).not.toContain('polyphony_info');
    if (status === 401) expect(JSON.parse(answer.body).errors[0].extensions.code).toBe('UNAUTHENTICATED');
  });

  test("an admin's API key will do", async () => {
    const made = await admin.query('mutation { createApiKey(input: { name: "prometheus" }) { key } }');
    const { key } = data(made).createApiKey;
    expect((await get({ 'x-api-key': key })).status).toBe(200);
    expect((await get({ authorization: `Bearer ${key}` })).status).toBe(200);
  });
});

describe('the text', () => {
  test('is what Prometheus reads: each metric with its help and its type, once, before its samples', async () => {
    await ann.events(await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5' }));
    const { headers, body } = await get(bearer(admin));
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const exposition = readExposition(body);
    expect(exposition.faults).toEqual([]);
    const own = [...exposition.families.keys()].filter((name) => name.startsWith('polyphony_'));
    expect(own.toSorted()).toMatchInlineSnapshot(`
      [
        "polyphony_database_connections",
        "polyphony_database_up",
        "polyphony_database_waiting",
        "polyphony_expired_oldest_seconds",
        "polyphony_expired_rows_total",
        "polyphony_graphql_operations_total",
        "polyphony_graphql_subscriptions",
        "polyphony_http_request_duration_seconds",
        "polyphony_http_requests_total",
        "polyphony_info",
        "polyphony_job_failures_total",
        "polyphony_legacy_client_requests_total",
        "polyphony_legacy_requests_total",
        "polyphony_model_call_duration_seconds",
        "polyphony_model_calls_of_unknown_cost_total",
        "polyphony_model_calls_total",
        "polyphony_model_cost_dollars_total",
        "polyphony_model_first_token_seconds",
        "polyphony_model_tokens_total",
        "polyphony_queue_oldest_ready_seconds",
        "polyphony_queue_runs",
        "polyphony_running_runs",
        "polyphony_runs_created_total",
        "polyphony_runs_ended_total",
        "polyphony_runs_restarted_total",
        "polyphony_runs_started_total",
        "polyphony_sockets",
        "polyphony_token_batches_total",
        "polyphony_workers",
      ]
    `);
    expect(exposition.families.keys().toArray()).toEqual(
      expect.arrayContaining(['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds']),
    );
  });

  test('has no label that a client could fill', async () => {
    const name = `Canary${'y'.repeat(20)}`;
    await ann.query(`query ${name} { viewer { id } }`);
    await ann.query(`{ ${name} }`);
    await get({}, `/${name}`);
    await get({}, `/mini-devin/api/${name}`);
    await get({}, `/artifacts/${name}`);
    expect((await get(bearer(admin))).body).not.toContain(name);
  });
});

test('requests are counted by the template of their route', async () => {
  const counted = await added(async () => {
    await get({}, '/health');
    await get(bearer(ann), '/artifacts/x');
    await get(bearer(ann), '/artifacts/y');
    await get({}, '/nowhere');
  });
  expect(Object.fromEntries(counted)).toMatchObject({
    'polyphony_http_requests_total{method="GET",route="/health",status="200"}': 1,
    'polyphony_http_requests_total{method="GET",route="/artifacts/:id",status="404"}': 2,
    'polyphony_http_requests_total{method="GET",route="unknown",status="404"}': 1,
    'polyphony_http_request_duration_seconds_count{method="GET",route="/health"}': 1,
  });
});

test('requests to older APIs are counted by their documented paths', async () => {
  const counted = await added(async () => {
    await get({}, '/mini-devin/health');
    await get({}, '/mini-devin/api/auth/login');
    await get({}, '/mini-devin/no/such');
  });
  const legacy = [...counted].filter(([name]) => name.startsWith('polyphony_legacy_requests_total'));
  expect(Object.fromEntries(legacy)).toEqual({
    'polyphony_legacy_requests_total{dialect="mini-devin",route="/health",status="200"}': 1,
    'polyphony_legacy_requests_total{dialect="mini-devin",route="/api/auth/login",status="405"}': 1,
    'polyphony_legacy_requests_total{dialect="mini-devin",route="unknown",status="404"}': 1,
  });
});

test('operations are counted by type and outcome, over HTTP and over sockets', async () => {
  const viewer = '{ viewer { id } }';
  const counted = await added(async () => {
    await ann.query(viewer);
    await ann.query('{ task(id: "x") { id } }');
    await ann.query('{');
    await ann.query('{ nothing }');
    await ann.query('query ($id: ID!) { task(id: $id) { id } }');
    const many = Array.from({ length: 9 }, (_, index) => `a${index}: userAnalytics { cost }`).join(' ');
    await ann.query(`{ ${many} }`);
    await ann.query('mutation { createApiKey(input: { name: "k" }) { key } }');
    for await (const _ of ann.subscribe(viewer));
    for await (const _ of ann.subscribe('subscription { taskEvents(taskId: "x") { seq } }'));
  });
  const operations = [...counted].filter(([name]) => name.startsWith('polyphony_graphql_operations_total'));
  const of = (type: string, outcome: string) =>
    `polyphony_graphql_operations_total{type="${type}",outcome="${outcome}"}`;
  expect(Object.fromEntries(operations)).toEqual({
    [of('query', 'ok')]: 2,
    [of('query', 'failed')]: 1,
    [of('query', 'refused')]: 3,
    [of('unknown', 'refused')]: 1,
    [of('mutation', 'ok')]: 1,
    [of('subscription', 'refused')]: 1,
  });
});

test('sockets and subscriptions are counted while they are open', async () => {
  const open = async (name: string) => (await read()).samples.get(name);
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=400,itl=50' });
  const overSocket = ann.subscribe(`subscription { tokens(taskId: "${id}") }`);
  await overSocket.next();
  const streaming = new AbortController();
  const overHttp = ann.subscribeSse(`subscription { tokens(taskId: "${id}") }`, {}, streaming.signal);
  await overHttp.next();
  expect(await open('polyphony_graphql_subscriptions')).toBe(2);
  expect(await open('polyphony_sockets')).toBe(1);
  await overSocket.return(undefined);
  streaming.abort();
  await expect(Array.fromAsync(overHttp)).rejects.toThrow();
  await vi.waitFor(async () => {
    expect(await open('polyphony_graphql_subscriptions')).toBe(0);
    expect(await open('polyphony_sockets')).toBe(0);
  });
  // Dropped without a word.
  const rude = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(rude, 'open');
  expect(await open('polyphony_sockets')).toBe(1);
  rude.terminate();
  await vi.waitFor(async () => expect(await open('polyphony_sockets')).toBe(0));
  await ann.query(`mutation { cancelTask(input: { id: "${id}" }) { task { id } } }`);
  // Its call is counted once the worker has heard of it; the next test must not find it among its own.
  const cancelled = 'polyphony_model_calls_total{provider="openai",outcome="cancelled",code=""}';
  await vi.waitFor(async () => expect(await open(cancelled)).toBe(1));
});

test('runs and model calls are counted as they come and go', async () => {
  const counted = await added(async () => {
    await ann.events(await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=5' }));
    await ann.events(await ann.createTask({ prompt: 'x', model: 'gpt-4o@fault=401' }));
    const held = await ann.createTask({ prompt: 'x', model: 'gpt-4o', hold: true });
    await ann.query(`mutation { cancelTask(input: { id: "${held}" }) { task { id } } }`);
    await follow(ann, await start(ann, { preferredModels: ['gpt-4o@echo=1'], maxIterations: 1 }));
  });
  expect(Object.fromEntries(counted)).toMatchObject({
    'polyphony_runs_created_total{kind="task"}': 3,
    'polyphony_runs_created_total{kind="orchestration"}': 1,
    'polyphony_runs_ended_total{kind="task",outcome="completed",code=""}': 1,
    'polyphony_runs_ended_total{kind="task",outcome="failed",code="PROVIDER_AUTH"}': 1,
    'polyphony_runs_ended_total{kind="task",outcome="cancelled",code=""}': 1,
    'polyphony_model_calls_total{provider="openai",outcome="failed",code="PROVIDER_AUTH"}': 1,
  });
  expect(counted.get('polyphony_model_tokens_total{provider="openai",type="output"}')).toBeGreaterThan(5);
  expect(counted.get('polyphony_model_cost_dollars_total{provider="openai"}')).toBeGreaterThan(0);
  expect(counted.get('polyphony_token_batches_total{type="text"}')).toBeGreaterThan(0);
  const answered = counted.get('polyphony_model_calls_total{provider="openai",outcome="completed",code=""}')!;
  expect(counted.get('polyphony_model_first_token_seconds_count{provider="openai"}')).toBe(answered);
  expect(counted.get('polyphony_model_call_duration_seconds_count{provider="openai"}')).toBe(answered);
});
