import { once } from 'node:events';
import { createClient } from 'graphql-sse';
import { describe, expect, test, vi } from 'vitest';
import { createReservations } from '../../../../src/http/graphql/streams/reservations.ts';
import { createConcurrencyLimit } from '../../../../src/http/overload/concurrency.ts';
import { data } from '../../../harness/client.ts';
import { fixture } from '../../../harness/fixture.ts';
import { startTestServer } from '../../../harness/server.ts';
import { startVendor } from '../../../harness/vendor/server.ts';
import { openEvents } from './event-reader.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, DOCUMENTS: 'open' } }),
);
const ann = fixture(() => server.newUser());
const bob = fixture(() => server.newUser());

const as = ({ token }: { token: string | null }) => ({ authorization: `Bearer ${token}` });

interface Message {
  event: string;
  data: { id: string; payload?: object } | null;
}

function openClient(credentials = as(ann)) {
  const messages: Message[] = [];
  const requests: string[] = [];
  const client = createClient({
    url: `${server.url}/graphql`,
    singleConnection: true,
    headers: credentials,
    fetchFn: (url: string, init: RequestInit) => {
      requests.push(`${init.method}`);
      return fetch(url, init);
    },
    retryAttempts: 0,
    onMessage: (message) => void messages.push(message as Message),
  });
  return { client, messages, requests };
}

async function results(client: ReturnType<typeof openClient>['client'], query: string) {
  const all: unknown[] = [];
  for await (const result of client.iterate({ query })) all.push(result);
  // biome-ignore lint/suspicious/noExplicitAny: results of any shape
  return all as any[];
}

const EVENTS = (id: string) =>
  `subscription { taskEvents(taskId: "${id}") { __typename seq ... on TokensGenerated { text } } }`;

describe('graphql-sse’s own client', () => {
  test('carries queries, mutations and subscriptions over one stream', async () => {
    const { client, requests, messages } = openClient();
    const create = (prompt: string) =>
      `mutation { createTask(input: { prompt: "${prompt}", model: "gpt-4o@echo=1" }) { task { id } } }`;
    const [[one], [two], [name]] = await Promise.all([
      results(client, create('first')),
      results(client, create('second')),
      results(client, '{ viewer { name } }'),
    ]);
    expect(name.data.viewer.name).toBe('User 1');
    const ids = [one, two].map(({ data }) => data.createTask.task.id);
    const followed = await Promise.all(ids.map((id) => results(client, EVENTS(id))));
    for (const events of followed) {
      expect(events.at(-1).data.taskEvents.__typename).toBe('RunCompleted');
      expect(events.slice(1).map(({ data }) => data.taskEvents.seq)).toEqual(
        events.slice(1).map((_, index) => index + 1),
      );
    }
    expect(messages.filter(({ event }) => event === 'complete')).toHaveLength(5);
    client.dispose();
    expect(requests.filter((method) => method === 'PUT').length).toBeLessThanOrEqual(2);
  });

  test('stops one subscription, and goes on with the other', async () => {
    const { client, requests } = openClient();
    const id = await ann.createTask({ prompt: 'x', hold: true });
    const stopped = client.iterate({ query: EVENTS(id) });
    const kept = client.iterate({ query: EVENTS(id) });
    await Promise.all([stopped.next(), kept.next()]);
    await stopped.return!();
    await expect.poll(() => requests.includes('DELETE')).toBe(true);
    data(await ann.query(`mutation { cancelTask(input: { id: "${id}" }) { task { id } } }`));
    let last: unknown;
    for await (const { data } of kept) last = data;
    expect(last).toMatchObject({ taskEvents: { __typename: 'RunCancelled' } });
    client.dispose();
  });

  test('gets errors of execution as results, and those of the request as its status', async () => {
    const { client } = openClient();
    const [missing] = await results(client, 'subscription { taskEvents(taskId: "x") { seq } }');
    expect(missing.errors[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
    const invalid = await results(client, '{ nothing }').catch((error) => error);
    expect(invalid.response.status).toBe(400);
    client.dispose();
  });
});

describe('the protocol', () => {
  const ask = (
    method: string,
    headers: Record<string, string>,
    { path = '', body }: { path?: string; body?: object } = {},
  ) =>
    fetch(`${server.url}/graphql${path}`, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  const reserve = async (credentials: Record<string, string>) => (await ask('PUT', credentials)).text();
  const withToken = (token: string) => ({ 'x-graphql-event-stream-token': token });
  const operation = (query: string, operationId: unknown = 'a') => ({ query, extensions: { operationId } });
  const NAME = '{ viewer { name } }';

  test('a reservation is for accounts, and its token opens one stream, once', async () => {
    expect((await ask('PUT', {})).status).toBe(401);
    const made = await ask('PUT', as(ann));
    expect({ status: made.status, type: made.headers.get('content-type') }).toEqual({
      status: 201,
      type: 'text/plain; charset=utf-8',
    });
    const token = await made.text();
    const opened = await openEvents(`${server.url}/graphql?token=${token}`);
    expect(Object.fromEntries(opened.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    });
    expect((await openEvents(`${server.url}/graphql`, withToken(token))).status).toBe(409);
    const accepted = await ask('POST', { ...as(ann), ...withToken(token) }, { body: operation(NAME) });
    expect({ status: accepted.status, text: await accepted.text() }).toEqual({ status: 202, text: '' });
    const events = opened.events();
    expect((await events.next()).value).toEqual({
      id: null,
      event: 'next',
      data: { id: 'a', payload: { data: { viewer: { name: 'User 1' } }, extensions: expect.anything() } },
    });
    expect((await events.next()).value).toEqual({ id: null, event: 'complete', data: { id: 'a' } });
    await events.return();
    await expect
      .poll(
        async () =>
          (await ask('POST', { ...as(ann), ...withToken(token) }, { body: operation(NAME) })).status,
      )
      .toBe(404);
  });

  test('a run token, which pages may contain, reserves none', async () => {
    const id = await ann.createTask({ prompt: 'x', hold: true });
    const made = `mutation { createRunToken(input: { runIds: ["${id}"] }) { token } }`;
    const refused = await ask('PUT', as(data(await ann.query(made)).createRunToken));
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({
      status: 403,
      body: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
    });
  });

  test('a GET with empty extensions has no id', async () => {
    const token = await reserve(as(ann));
    const path = `?${new URLSearchParams({ query: NAME, token, extensions: '' })}`;
    const refused = await ask('GET', as(ann), { path });
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'VALIDATION_ERROR', field: 'operationId' } }] },
    });
  });

  test('each request counts for the rate limit', async () => {
    const path = '?operationId=a';
    for (const send of [
      (url: string) => fetch(`${url}/graphql${path}`, { method: 'DELETE', headers: withToken('stream_x') }),
      (url: string) => openEvents(`${url}/graphql`, withToken('stream_x')),
    ]) {
      const limited = await startTestServer({
        worker: false,
        variables: { RATE_LIMIT_FACTOR: '1', RATE_LIMIT_REQUESTS: '2' },
      });
      const statuses = [];
      for (let left = 3; left > 0; left -= 1) statuses.push((await send(limited.url)).status);
      expect(statuses.at(-1)).toBe(429);
      await limited.stop();
    }
  });

  test('results wait until the stream is opened', async () => {
    const token = await reserve(as(ann));
    for (const id of ['a', 'b']) {
      expect(
        (await ask('POST', { ...as(ann), ...withToken(token) }, { body: operation(NAME, id) })).status,
      ).toBe(202);
    }
    const events = (await openEvents(`${server.url}/graphql`, { ...as(ann), ...withToken(token) })).events();
    const ids = [];
    for (let left = 4; left > 0; left -= 1)
      ids.push(`${((await events.next()).value as Message).event} ${left}`);
    expect(ids.filter((id) => id.startsWith('complete'))).toHaveLength(2);
    await events.return();
  });

  test('what belongs to another account looks like what is not there', async () => {
    const token = await reserve(as(ann));
    const stranger = await ask('POST', { ...as(bob), ...withToken(token) }, { body: operation(NAME) });
    const nothing = await ask(
      'POST',
      { ...as(bob), ...withToken('stream_nothing') },
      { body: operation(NAME) },
    );
    expect(await stranger.json()).toEqual(await nothing.json());
    expect(stranger.status).toBe(404);
    expect(
      (await ask('DELETE', { ...as(bob), ...withToken(token) }, { path: '?operationId=a' })).status,
    ).toBe(404);
    expect((await openEvents(`${server.url}/graphql`, { ...as(bob), ...withToken(token) })).status).toBe(404);
    expect((await ask('POST', withToken(token), { body: operation(NAME) })).status).toBe(401);
  });

  test.each([
    ['without an id', { query: NAME }, 400, 'VALIDATION_ERROR'],
    ['with an id that is no text', operation(NAME, 5), 400, 'VALIDATION_ERROR'],
    ['in a batch', [operation(NAME)], 400, 'VALIDATION_ERROR'],
    ['that does not fit the schema', operation('{ nothing }'), 400, 'GRAPHQL_VALIDATION_FAILED'],
  ])('an operation %s is refused, and takes no id', async (_what, body, status, code) => {
    const token = await reserve(as(ann));
    const refused = await ask('POST', { ...as(ann), ...withToken(token) }, { body });
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({
      status,
      body: { errors: [{ extensions: { code } }] },
    });
    expect((await ask('POST', { ...as(ann), ...withToken(token) }, { body: operation(NAME) })).status).toBe(
      202,
    );
    expect((await ask('DELETE', { ...as(ann), ...withToken(token) })).status).toBe(400);
  });

  test('the id of an operation that runs is refused', async () => {
    const token = await reserve(as(ann));
    const body = operation('subscription { activity { cursor } }');
    const headers = { ...as(ann), ...withToken(token) };
    expect((await ask('POST', headers, { body })).status).toBe(202);
    expect((await ask('POST', headers, { body })).status).toBe(409);
    expect((await ask('DELETE', headers, { path: '?operationId=a' })).status).toBe(200);
    expect((await ask('POST', headers, { body })).status).toBe(202);
    const others = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        ask('POST', headers, { body: operation(body.query, `o${index}`) }),
      ),
    );
    expect(others.filter(({ status }) => status === 429)).toHaveLength(1);
  });

  test('when the credentials are revoked, operations end with an error, and so does the stream', async () => {
    const made = data(
      await ann.query('mutation { createApiKey(input: { name: "k" }) { key apiKey { id } } }'),
    ).createApiKey;
    const key = { 'x-api-key': made.key };
    const token = await reserve(key);
    const opened = await openEvents(`${server.url}/graphql`, { ...key, ...withToken(token) });
    await ask(
      'POST',
      { ...key, ...withToken(token) },
      { body: operation('subscription { activity { cursor } }') },
    );
    const events = opened.events();
    await events.next();
    data(await ann.query(`mutation { deleteApiKey(input: { id: "${made.apiKey.id}" }) { deletedId } }`));
    const rest = [];
    for await (const event of events) rest.push(event);
    expect(rest).toEqual([
      {
        id: null,
        event: 'next',
        data: {
          id: 'a',
          payload: {
            errors: [
              { message: 'credentials revoked; log in again', extensions: { code: 'UNAUTHENTICATED' } },
            ],
          },
        },
      },
      { id: null, event: 'complete', data: { id: 'a' } },
    ]);
  });
});

describe('reservations', () => {
  const viewer = { userId: 'ann', isAdmin: false, expiresAt: null };

  test('of an account are limited, and those that close free their place', async () => {
    const reservations = createReservations(createConcurrencyLimit(2), () => () => {});
    const first = reservations.reserve(viewer);
    reservations.reserve(viewer);
    expect(() => reservations.reserve(viewer)).toThrow('too many event streams');
    reservations.reserve({ ...viewer, userId: 'bob' });
    const stream = reservations.open(first, 'ann');
    stream.destroy();
    await once(stream, 'close');
    reservations.reserve(viewer);
  });

  test('that are not opened expire', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const reservations = createReservations(createConcurrencyLimit(1), () => () => {});
      const token = reservations.reserve(viewer);
      vi.advanceTimersByTime(29_999);
      expect(reservations.find(token, 'ann')).toBeDefined();
      vi.advanceTimersByTime(1);
      await new Promise((resolve) => setImmediate(resolve));
      expect(() => reservations.find(token, 'ann')).toThrow('no stream is reserved');
      reservations.reserve(viewer);
    } finally {
      vi.useRealTimers();
    }
  });
});
