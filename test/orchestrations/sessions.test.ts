import { expect, test } from 'vitest';
import { data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { follow, ORCHESTRATION_EVENTS, read, START, scriptPair, start, verdict } from './orchestra.ts';

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, RATE_LIMIT_FACTOR: '1' },
  }),
);
const ann = fixture(() => server.newUser());

async function open(input: Record<string, unknown> = {}): Promise<string> {
  const document =
    'mutation ($input: CreateSessionInput!) { createSession(input: $input) { session { id } } }';
  return data(await ann.query(document, { input })).createSession.session.id;
}

const SLOW = { prompt: 'x', preferredModels: ['gpt-4o@tokens=5000,itl=20'] };
const mutate = (name: string, input: object) => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  return ann.query(`mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`, { input });
};

test('what its session wants holds for what is absent', async () => {
  const { author, evaluator } = scriptPair(vendor, ['Eight.', 'Nine.'], [verdict(4), verdict(5)]);
  const settings = { preferredModels: [author, evaluator], maxIterations: 2, evaluationThreshold: 4.5 };
  const sessionId = await open({ settings });
  const id = await start(ann, { sessionId, maxIterations: 3 });
  await follow(ann, id);
  expect(await read(ann, id)).toMatchObject({
    maxIterations: 3,
    evaluationThreshold: 4.5,
    stopReason: 'THRESHOLD_REACHED',
    iterations: 2,
    rounds: [{ model: { model: author }, evaluator: { model: evaluator } }, {}],
  });
  const filtered =
    'query ($id: ID!) { orchestrations(filter: { sessionId: $id }) { nodes { id sessionId } } }';
  expect(data(await ann.query(filtered, { id: sessionId })).orchestrations.nodes).toEqual([
    { id, sessionId },
  ]);
});

test('it is in the session of its thread, spends from its budget, and its feed tells of it', async () => {
  const sessionId = await open({ costLimit: 1 });
  const made = await ann.query(
    'mutation ($id: ID!) { createThread(input: { sessionId: $id }) { thread { id } } }',
    {
      id: sessionId,
    },
  );
  const threadId = data(made).createThread.thread.id;
  const feed = ann.subscribe(
    `subscription ($id: ID!) { sessionEvents(sessionId: $id) {
      taskId orchestrationId orchestration { prompt } event { __typename } } }`,
    { id: sessionId },
  );
  await feed.next();
  const { author, evaluator } = scriptPair(vendor, ['Eight.'], [verdict(9)]);
  const id = await start(ann, { threadId, preferredModels: [author, evaluator] });
  const told: string[] = [];
  for await (const payload of feed) {
    const { event, ...run } = data(payload).sessionEvents;
    expect(run).toEqual({ taskId: null, orchestrationId: id, orchestration: { prompt: expect.any(String) } });
    told.push(event.__typename);
    if (event.__typename === 'RunCompleted') break;
  }
  expect(told).toEqual(expect.arrayContaining(['RunCreated', 'ResponseGenerated', 'EvaluationCompleted']));
  expect(told).not.toContain('TokensGenerated');
  const { cost } = await read(ann, id);
  const session = await ann.query(
    'query ($id: ID!) { session(id: $id) { budget { spent } totals { cost } } }',
    {
      id: sessionId,
    },
  );
  expect(data(session).session).toEqual({ budget: { spent: cost }, totals: { cost } });
});

test('one that is closed takes none; another than the thread’s is refused', async () => {
  const [closed, other] = await Promise.all([open(), open()]);
  const made = await ann.query(
    'mutation ($id: ID!) { createThread(input: { sessionId: $id }) { thread { id } } }',
    {
      id: closed,
    },
  );
  const threadId = data(made).createThread.thread.id;
  data(await mutate('updateSession', { id: closed, status: 'COMPLETED' }));
  const refused = [
    { sessionId: closed },
    { threadId },
    { threadId, sessionId: other },
    { sessionId: 'nothing' },
  ];
  const codes = await Promise.all(
    refused.map(async (home) => errorCode(await ann.query(START, { input: { ...SLOW, ...home } }))),
  );
  expect(codes).toEqual(['INVALID_STATE', 'INVALID_STATE', 'VALIDATION_ERROR', 'NOT_FOUND']);
});

test('a deleted one takes its orchestrations with it, and ends what runs', async () => {
  const sessionId = await open();
  const id = await start(ann, { ...SLOW, sessionId });
  const events = ann.subscribe(ORCHESTRATION_EVENTS, { id });
  const next = async () => data((await events.next()).value!).orchestrationEvents.__typename;
  while ((await next()) !== 'TokensGenerated');
  const abortedBefore = vendor.stats().aborted;
  data(await mutate('deleteSession', { id: sessionId }));
  await vendor.waitFor(({ aborted }) => aborted > abortedBefore, 2000);
  // Whoever follows it is told that it ended.
  while ((await next()) !== 'RunCancelled');
  const gone = await ann.query('query ($id: ID!) { orchestration(id: $id) { id } }', { id });
  expect(errorCode(gone)).toBe('NOT_FOUND');
});

test('ten at once are counted for each user label, and for those without one', async () => {
  const [one, same, other, none] = await Promise.all([
    open({ userLabel: 'one' }),
    open({ userLabel: 'one' }),
    open({ userLabel: 'other' }),
    open(),
  ]);
  const launch = (sessionId: string | undefined) => ann.query(START, { input: { ...SLOW, sessionId } });
  const homes = [...Array(8).fill(one), ...Array(8).fill(same), ...Array(3).fill(other), none, undefined];
  const answers = await Promise.all(homes.map(launch));
  const refused = answers.map(({ errors }) => Boolean(errors));
  expect(refused.slice(0, 16).filter(Boolean)).toHaveLength(6);
  expect(refused.slice(16)).toEqual([false, false, false, false, false]);
  for (const answer of answers.filter(({ errors }) => !errors))
    await mutate('cancelOrchestration', { id: data(answer).startOrchestration.orchestration.id });
});
