import { beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../../../../src/log.ts';
import { data } from '../../../harness/client.ts';
import { fixture } from '../../../harness/fixture.ts';
import { startTestServer } from '../../../harness/server.ts';
import { createSession } from '../../../sessions/feed-reader.ts';
import { addressOf, all, openEvents, type ServerSentEvent } from './event-reader.ts';

const logged: string[] = [];
const server = fixture(() =>
  startTestServer({ log: createLog('trace', { write: (line) => void logged.push(line) }) }),
);
const ann = fixture(() => server.newUser());

let authorization: string;
let session: string;
let task: string;
let execution: string;
let orchestration: string;

beforeAll(async () => {
  authorization = `Bearer ${ann.token}`;
  session = await createSession(ann);
  task = await ann.createTask({ prompt: 'Say hello.', sessionId: session });
  await ann.events(task);
  const made = data(
    await ann.query(`mutation {
      createWorkflow(input: { name: "w", steps: [{ key: "a", task: "x" }] }) { workflow { id } }
      startOrchestration(input: { prompt: "x", preferredModels: ["demo"], maxIterations: 1 }) { orchestration { id } } }`),
  );
  orchestration = made.startOrchestration.orchestration.id;
  const run = `mutation ($id: ID!) { executeWorkflow(input: { workflowId: $id }) { execution { id } } }`;
  execution = data(await ann.query(run, { id: made.createWorkflow.workflow.id })).executeWorkflow.execution
    .id;
  for (const id of [orchestration, execution])
    await all((await stream(`runEvents(runId: "${id}") { seq }`)).events());
});

const stream = (field: string, lastEventId?: string) =>
  openEvents(addressOf(server.url, `subscription { ${field} }`), {
    authorization,
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  });

const payloadOf = ({ data: result }: ServerSentEvent) =>
  Object.values(result.data)[0] as Record<string, unknown>;
const ofLog = (events: ServerSentEvent[]) =>
  events.filter((one) => one.event === 'next' && payloadOf(one).__typename !== 'CurrentState');

const RUNS: [string, (after?: string) => string, field: 'seq'][] = [
  ['runEvents', (after = '') => `runEvents(runId: "${task}"${after}) { seq __typename }`, 'seq'],
  ['taskEvents', (after = '') => `taskEvents(taskId: "${task}"${after}) { seq __typename }`, 'seq'],
  [
    'executionEvents',
    (after = '') => `executionEvents(executionId: "${execution}"${after}) { seq __typename }`,
    'seq',
  ],
  [
    'orchestrationEvents',
    (after = '') => `orchestrationEvents(orchestrationId: "${orchestration}"${after}) { seq __typename }`,
    'seq',
  ],
  ['text', (after = '') => `text(taskId: "${task}"${after}) { seq __typename }`, 'seq'],
];

describe.each(RUNS)('%s', (name, field) => {
  test('each event has its seq as its id, whatever fields are selected', async () => {
    const events = await all((await stream(field())).events());
    expect(events.at(-1)).toEqual({ id: null, event: 'complete', data: null });
    const told = ofLog(events);
    expect(told.length).toBeGreaterThan(1);
    for (const event of told) expect(event.id).toBe(String(payloadOf(event).seq));
    const bare = await all((await stream(field().replace('seq ', ''))).events());
    expect(bare.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  });

  test('Last-Event-ID overrides `after`: what follows comes, without gaps and repeats', async () => {
    const events = ofLog(await all((await stream(field())).events()));
    const last = events.at(0)!.id!;
    for (const after of ['', ', after: 0']) {
      const rest = await all((await stream(field(after), last)).events());
      expect(ofLog(rest)).toEqual(events.slice(1));
      // The current state is no event, and must not move the position.
      if (name !== 'text') expect(rest[0]!.id).toBe(last);
    }
  });

  test('after the end the stream is answered with 204', async () => {
    const events = ofLog(await all((await stream(field())).events()));
    const again = await stream(field(), events.at(-1)!.id!);
    expect({ status: again.status, text: await again.text() }).toEqual({ status: 204, text: '' });
  });

  test.each(['x', '-1', '1e3', '99999999'])('Last-Event-ID %j is refused', async (lastEventId) => {
    // An EventSource would ask for a stream again and again.
    const { status, text } = await stream(field(), lastEventId);
    expect(status).toBe(400);
    expect(JSON.parse(await text()).errors[0].extensions.code).toBe('BAD_CURSOR');
  });
});

/** A feed may deliver what was committed shortly before once more. */
async function firstOf(events: AsyncGenerator<ServerSentEvent>, taskId: string): Promise<ServerSentEvent> {
  for (;;) {
    const { value } = await events.next();
    if (payloadOf(value).taskId === taskId) return value;
  }
}

describe.each([
  ['activity', () => 'activity { cursor taskId event { __typename seq } }'],
  [
    'sessionEvents',
    () => `sessionEvents(sessionId: "${session}") { cursor taskId event { __typename seq } }`,
  ],
])('%s', (_name, field) => {
  test('each payload has its cursor as its id, from which the feed is resumed', async () => {
    const first = (await stream(field())).events();
    const { value: begin } = await first.next();
    expect((begin as ServerSentEvent).id).toBe(payloadOf(begin as ServerSentEvent).cursor);
    await first.return();
    const id = await ann.createTask({ prompt: 'x', sessionId: session, hold: true });
    const resumed = (await stream(field(), (begin as ServerSentEvent).id!)).events();
    const { value: again } = await resumed.next();
    expect(payloadOf(again as ServerSentEvent)).toMatchObject({ event: null });
    const event = await firstOf(resumed, id);
    expect(payloadOf(event)).toMatchObject({ event: { __typename: 'RunCreated', seq: 1 } });
    expect(event.id).toBe(payloadOf(event).cursor);
    await resumed.return();
    await ann.query(`mutation { cancelTask(input: { id: "${id}" }) { task { id } } }`);
  });
});

test('taskChanges is resumed from the id of its last payload', async () => {
  const field = 'taskChanges(filter: { types: ["resumed"] }) { cursor taskId }';
  const first = (await stream(field)).events();
  const { id } = (await first.next()).value as ServerSentEvent;
  await first.return();
  const taskId = await ann.createTask({ prompt: 'x', type: 'resumed', hold: true });
  const again = (await stream(field, id!)).events();
  await again.next();
  const { value } = await again.next();
  const change = payloadOf(value as ServerSentEvent);
  expect(change.taskId).toBe(taskId);
  expect((value as ServerSentEvent).id).toBe(change.cursor);
  await again.return();
});

test('what was deleted is answered with 204 to a client that resumes, and with an error to others', async () => {
  const id = await ann.createTask({ prompt: 'x', hold: true });
  data(
    await ann.query(
      `mutation { cancelTask(input: { id: "${id}" }) { task { id } } deleteTask(input: { id: "${id}" }) { deletedId } }`,
    ),
  );
  const field = `taskEvents(taskId: "${id}") { seq }`;
  expect((await stream(field, '1')).status).toBe(204);
  const answer = await stream(field);
  expect(answer.status).toBe(404);
  expect(JSON.parse(await answer.text()).errors[0].extensions.code).toBe('NOT_FOUND');
});

test.each([undefined, '1'])(
  'a subscription that is refused has the status of its error, so that an EventSource stops (Last-Event-ID %s)',
  async (lastEventId) => {
    const made = data(
      await ann.query(`mutation { createRunToken(input: { runIds: ["${task}"] }) { token } }`),
    ).createRunToken;
    const ask = (query: string) =>
      openEvents(addressOf(server.url, `subscription { ${query} }`, { token: made.token }), {
        ...(lastEventId && { 'last-event-id': lastEventId }),
      });
    const forbidden = await ask('activity { cursor }');
    expect(forbidden.status).toBe(403);
    expect(JSON.parse(await forbidden.text()).errors[0].extensions.code).toBe('FORBIDDEN');
    const invalid = await ask('nothing');
    expect(invalid.status).toBe(400);
    expect(JSON.parse(await invalid.text()).errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  },
);

test('a query over GET is still answered with an event', async () => {
  const { status, events } = await openEvents(addressOf(server.url, '{ viewer { name } }'), {
    authorization,
  });
  expect(status).toBe(200);
  expect((await events().next()).value).toMatchObject({ data: { data: { viewer: { name: 'User 1' } } } });
});

test('a run that is retried after its end goes on in a stream that is resumed', async () => {
  const failed = await ann.createTask({ prompt: 'x', hold: true });
  data(await ann.query(`mutation { endTask(input: { id: "${failed}", status: FAILED }) { task { id } } }`));
  const field = `taskEvents(taskId: "${failed}") { seq __typename }`;
  const last = ofLog(await all((await stream(field)).events())).at(-1)!;
  expect((await stream(field, last.id!)).status).toBe(204);
  data(await ann.query(`mutation { retryTask(input: { id: "${failed}" }) { task { id } } }`));
  const resumed = await stream(field, last.id!);
  expect(resumed.status).toBe(200);
  const events = ofLog(await all(resumed.events()));
  expect(Number(events[0]!.id)).toBe(Number(last.id) + 1);
  expect(payloadOf(events.at(-1)!).__typename).toBe('RunCompleted');
});

test('a stream over POST has ids and resumes as well, and proxies do not hold it back', async () => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization,
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'last-event-id': '2',
    },
    body: JSON.stringify({ query: `subscription { taskEvents(taskId: "${task}") { seq } }` }),
  });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  expect(await response.text()).toMatch(/^:\n\nid: 2\nevent: next\ndata: .*\n\nid: 3\nevent: next\n/);
});

describe('a GET without headers', () => {
  const query = () => `subscription { taskEvents(taskId: "${task}") { seq } }`;

  async function runToken(): Promise<string> {
    const made = `mutation { createRunToken(input: { runIds: ["${task}"] }) { token } }`;
    return data(await ann.query(made)).createRunToken.token;
  }

  test('takes a run token in its address, which appears in no log', async () => {
    const token = await runToken();
    const events = await all((await openEvents(addressOf(server.url, query(), { token }))).events());
    expect(events.at(-1)!.event).toBe('complete');
    await openEvents(addressOf(`${server.url}/nowhere`, query(), { token }));
    await openEvents(addressOf(server.url, 'subscription {', { token }));
    expect(logged.join('')).not.toContain(token);
  });

  test('takes no other credentials there, and a run token for nothing but streams', async () => {
    const refused = await openEvents(addressOf(server.url, query(), { token: ann.token! }));
    expect({ status: refused.status, text: await refused.text() }).toEqual({
      status: 401,
      text: expect.stringContaining('a URL may contain only a run token'),
    });
    const wrong = await openEvents(addressOf(server.url, query(), { token: 'x' }));
    expect(wrong.status).toBe(401);
    const address = addressOf(server.url, `{ task(id: "${task}") { id } }`, { token: await runToken() });
    expect(await (await fetch(address)).text()).toContain('UNAUTHENTICATED');
  });

  test('takes the cookie of a session, unless a page of another site sends it', async () => {
    const login = await fetch(`${server.url}/session`, { method: 'POST', headers: { authorization } });
    const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
    const events = await all((await openEvents(addressOf(server.url, query()), { cookie })).events());
    expect(events.at(-1)!.event).toBe('complete');
    const foreign = await openEvents(addressOf(server.url, query()), {
      cookie,
      origin: 'https://evil.example',
    });
    expect(foreign.status).toBe(403);
    const mutation = addressOf(server.url, 'mutation { logoutEverywhere { success } }');
    expect((await openEvents(mutation, { cookie })).status).not.toBe(200);
    const plain = await fetch(addressOf(server.url, '{ viewer { name } }'), { headers: { cookie } });
    expect(await plain.text()).toContain('UNAUTHENTICATED');
  });
});
