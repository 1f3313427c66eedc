import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { refuse } from '../../src/rest-compat/amas/errors.ts';
import { waitingEndpoint } from '../../src/rest-compat/definitions/endpoint.ts';
import { graphql } from '../../src/rest-compat/handling/documents.ts';
import type { Execution } from '../../src/rest-compat/handling/schema-access.ts';
import { jsonBody, text } from '../../src/rest-compat/shapes/input.ts';
import { globalIdOf, plainId } from '../../src/rest-compat/shapes/output.ts';
import { newId } from '../../src/rules/ids/ids.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { createLegacyClient, type LegacyClient } from './clients/legacy-client.ts';
import { type RowServer, serveRows } from './row-server.ts';

const UNTIL = graphql('subscription follow($id: ID!) { taskEvents(taskId: $id) { __typename } }');
const SLOW = 'demo@tokens=5000,itl=20';

const run = (path: `/${string}`) =>
  waitingEndpoint({
    method: 'POST',
    path,
    access: 'account',
    input: z.object({ body: jsonBody({ model: text() }) }),
    document: graphql(`mutation run($model: String!) {
      createTask(input: { prompt: "x", model: $model }) { task { id } }
    }`),
    variables: ({ body }) => ({ model: body.model }),
    wait: {
      until: UNTIL,
      document: graphql('query task($id: ID!) { task(id: $id) { id status } }'),
      variables: ({ createTask }) => ({ id: createTask.task.id }),
    },
    respond: ({ task }, { body }) => ({ id: plainId(task.id), status: task.status, model: body.model }),
    status: 200,
  });

let rows: RowServer;
let ask: LegacyClient;
let credentials: { authorization: string };

const server = fixture(startTestServer);
beforeAll(async () => {
  rows = await serveRows(server, {
    name: 'amas',
    endpoints: [run('/run')],
    sockets: [],
    limits: null,
    refuse,
  });
});
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  credentials = { authorization: `Bearer ${ann.token}` };
  const client = createLegacyClient(rows.url);
  ask = (method, path, body) => client(method, path, body, credentials);
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await rows?.stop();
});

test('the answer is how the run ended', async () => {
  const model = 'demo@tokens=5,itl=1';
  const { status, body } = await ask('POST', '/run', { model });
  expect(status).toBe(200);
  expect(body).toEqual({ id: expect.any(String), status: 'COMPLETED', model });
});

test('it is awaited for as long as it takes', async () => {
  // Whatever waits half a minute has waited that long already.
  const timeout = AbortSignal.timeout;
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(ms < 30_000 ? ms : 0));
  const { body } = await ask('POST', '/run', { model: 'demo@tokens=60,itl=20' });
  expect(body.status).toBe('COMPLETED');
});

test('what is refused before it begins is not waited for', async () => {
  const { status, body } = await ask('POST', '/run', { model: 'no-such-model' });
  expect(status).toBe(400);
  expect(body).toMatchObject({ status_code: 400, error_code: 'VALIDATION_ERROR' });
});

test('a client that leaves takes its subscription along', async () => {
  const subscribe = vi.spyOn(rows.access, 'subscribe');
  const left = new AbortController();
  const answer = fetch(`${rows.url}/run`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...credentials },
    body: JSON.stringify({ model: SLOW }),
    signal: left.signal,
  }).catch(() => 'left');
  await vi.waitFor(() => expect(subscribe).toHaveBeenCalled());
  const [, signal] = subscribe.mock.calls[0]!;
  left.abort();
  if (!signal.aborted) await once(signal, 'abort');
  expect(signal.reason.name).toBe('AbortError');
  expect(await answer).toBe('left');
});

const execution = (id: string, authorization = credentials.authorization): Execution => ({
  document: UNTIL,
  variables: { id },
  request: { headers: { authorization }, socket: { remoteAddress: '127.0.0.1' } } as never,
  access: 'account',
  origin: 'amas',
});

test('a subscription ends at once when its signal is aborted, though nothing happens', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'demo', hold: true });
  const left = new AbortController();
  const types: unknown[] = [];
  for await (const { data } of rows.access.subscribe(execution(id), left.signal)) {
    types.push(data?.taskEvents);
    if (types.length === 2) setImmediate(() => left.abort());
  }
  expect(types).toEqual([{ __typename: 'CurrentState' }, { __typename: 'RunCreated' }]);
});

test('a subscription whose signal is aborted already has no answer', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'demo', hold: true });
  expect(await Array.fromAsync(rows.access.subscribe(execution(id), AbortSignal.abort()))).toEqual([]);
});

test.each([
  { given: 'a task that is not there', code: 'NOT_FOUND', authorization: undefined },
  { given: 'credentials that are no good', code: 'UNAUTHENTICATED', authorization: 'Bearer eyJ.no.good' },
])('a subscription with $given has one answer, $code', async ({ code, authorization }) => {
  const refused = execution(globalIdOf('Task', newId()), authorization);
  const answers = await Array.fromAsync(rows.access.subscribe(refused, new AbortController().signal));
  expect(answers.map(({ errors }) => errors?.map(({ extensions }) => extensions.code))).toEqual([[code]]);
});
