import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { createSession } from '../sessions/feed-reader.ts';
import { addRun, localIdOf, userIdOf } from './rows.ts';

const CALLS = 'modelCalls failedModelCalls cost costComplete inputTokens outputTokens';
const FIELDS = `from to sessions ${CALLS} runs { kind total statuses { status count } }
  durations { finishedRuns averageMs p50Ms p95Ms }
  orchestrations { completed averageScore bestScore averageIterations }
  models { provider model ${CALLS} averageDurationMs averageTimeToFirstTokenMs averageScore scoredAnswers }
  days { date runs completedRuns failedRuns ${CALLS} }`;
const OF_USER = `query ($from: DateTime, $to: DateTime, $userLabel: String) {
  userAnalytics(from: $from, to: $to, userLabel: $userLabel) { ${FIELDS} } }`;
const NOVEMBER = { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' };

let sessionId: string;

const ofUser = async (client: Client, variables: object = NOVEMBER) =>
  data(await client.query(OF_USER, { ...variables })).userAnalytics;
const ofSession = (client: Client, id: string) =>
  client.query(`query ($id: ID!) { sessionAnalytics(sessionId: $id) { ${FIELDS} } }`, { id });

const server = fixture(() => startTestServer({ worker: false }));
// The first account is the admin's, who sees no more here than others.
const bob = fixture(() => server.newUser());
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  sessionId = await createSession(ann, { userLabel: 'test_user_123' });
  const owner = await userIdOf(ann);
  const session = localIdOf(sessionId);
  const { store } = server;
  await addRun(store, {
    owner,
    session,
    at: '2026-11-19T23:59:59.999Z',
    seconds: 1,
    calls: [
      { input: 100, output: 10, cost: 0.1, latencyMs: 1000, firstTokenMs: 100 },
      { input: 50, output: null, cost: null, status: 'failed', latencyMs: 9000 },
    ],
  });
  await addRun(store, {
    owner,
    session,
    at: '2026-11-20T00:00:00Z',
    seconds: 3,
    status: 'failed',
    calls: [{ model: 'gpt-5', input: 7, output: 3, cost: 0.25, latencyMs: 3000, firstTokenMs: 300 }],
  });
  await addRun(store, {
    owner,
    kind: 'orchestration',
    at: '2026-11-21T08:00:00Z',
    seconds: 5,
    result: { score: 9, iterations: 2 },
    calls: [{ input: 1, output: 1, cost: 0.05, latencyMs: 2000, firstTokenMs: 200 }],
    rounds: [
      { model: 'gpt-4o', score: 6 },
      { model: 'gpt-4o', score: 9 },
      { model: 'gpt-5', score: null },
    ],
  });
  const parent = await addRun(store, { owner, kind: 'execution', seconds: 7, at: '2026-11-21T09:00:00Z' });
  // After midnight: it counts where its execution does.
  const calls = [{ input: 2, output: 2, cost: 0.5, latencyMs: 3000, firstTokenMs: 300 }];
  await addRun(store, { owner, parent, at: '2026-11-22T00:10:00Z', seconds: 2, calls });
  await addRun(store, { owner, status: 'cancelled', at: '2026-11-21T10:00:00Z', seconds: 1000 });
  await addRun(store, { owner, status: 'pending', at: '2026-11-21T10:00:00Z' });
  await addRun(store, { owner, at: '2026-10-31T23:59:59Z', calls: [{ cost: 1000 }] });
  await addRun(store, { owner, at: '2026-12-01T00:00:00Z', calls: [{ cost: 1000 }] });
  const bobs = await userIdOf(bob);
  await addRun(store, { owner: bobs, calls: [{ cost: 77, input: 77, output: 77, model: 'of-bob' }] });
});

describe("a user's analytics", () => {
  test('are the sums of the rows', async () => {
    const report = await ofUser(ann);
    expect(report).toMatchObject({
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-12-01T00:00:00.000Z',
      sessions: 1,
      modelCalls: 5,
      failedModelCalls: 1,
      cost: expect.closeTo(0.9, 9),
      costComplete: false,
      inputTokens: 160,
      outputTokens: 16,
    });
    const counts = report.runs.map(({ kind, total, statuses }: never) => [kind, total, filled(statuses)]);
    expect(counts).toEqual([
      ['TASK', 4, { PENDING: 1, COMPLETED: 1, FAILED: 1, CANCELLED: 1 }],
      ['EXECUTION', 1, { COMPLETED: 1 }],
      ['ORCHESTRATION', 1, { COMPLETED: 1 }],
      ['BULK', 0, {}],
    ]);
    expect(report.runs[0].statuses).toHaveLength(7);
  });

  test('count how long runs took that ended by themselves', async () => {
    // 1, 3, 5 and 7 seconds.
    expect((await ofUser(ann)).durations).toEqual({
      finishedRuns: 4,
      averageMs: 4000,
      p50Ms: 4000,
      p95Ms: expect.closeTo(6700, 6),
    });
  });

  test('tell of each model, costliest first', async () => {
    expect((await ofUser(ann)).models).toEqual([
      {
        provider: 'OPENAI',
        model: 'gpt-4o',
        modelCalls: 4,
        failedModelCalls: 1,
        cost: expect.closeTo(0.65, 9),
        costComplete: false,
        inputTokens: 153,
        outputTokens: 13,
        averageDurationMs: 2000,
        averageTimeToFirstTokenMs: 200,
        averageScore: 7.5,
        scoredAnswers: 2,
      },
      {
        provider: 'OPENAI',
        model: 'gpt-5',
        modelCalls: 1,
        failedModelCalls: 0,
        cost: 0.25,
        costComplete: true,
        inputTokens: 7,
        outputTokens: 3,
        averageDurationMs: 3000,
        averageTimeToFirstTokenMs: 300,
        averageScore: null,
        scoredAnswers: 0,
      },
    ]);
  });

  test('tell of each day in UTC, and days add up to the whole', async () => {
    const report = await ofUser(ann);
    const of = (key: string) => report.days.map((day: Record<string, unknown>) => day[key]);
    expect(of('date')).toEqual(['2026-11-19', '2026-11-20', '2026-11-21']);
    expect(of('runs')).toEqual([1, 1, 4]);
    expect(of('completedRuns')).toEqual([1, 0, 2]);
    expect(of('failedRuns')).toEqual([0, 1, 0]);
    expect(of('modelCalls')).toEqual([2, 1, 2]);
    expect(of('costComplete')).toEqual([false, true, true]);
    for (const key of ['cost', 'inputTokens', 'outputTokens', 'modelCalls', 'failedModelCalls']) {
      const sum = of(key).reduce((total: number, value: number) => total + value, 0);
      expect(sum).toBeCloseTo(report[key], 9);
    }
  });

  test('tell what came of orchestrations', async () => {
    expect((await ofUser(ann)).orchestrations).toEqual({
      completed: 1,
      averageScore: 9,
      bestScore: 9,
      averageIterations: 2,
    });
  });

  test('are of those sessions alone that have the label, when one is given', async () => {
    const report = await ofUser(ann, { ...NOVEMBER, userLabel: 'test_user_123' });
    expect(report).toMatchObject({ sessions: 1, modelCalls: 3, cost: expect.closeTo(0.35, 9) });
    expect(report.runs.map(({ total }: { total: number }) => total)).toEqual([2, 0, 0, 0]);
  });

  test('are nothing for a label that nobody has, and for the label of somebody else', async () => {
    const nothing = { sessions: 0, modelCalls: 0, cost: 0, costComplete: true, models: [], days: [] };
    expect(await ofUser(ann, { ...NOVEMBER, userLabel: 'nobody' })).toMatchObject(nothing);
    expect(await ofUser(bob, { ...NOVEMBER, userLabel: 'test_user_123' })).toMatchObject(nothing);
  });

  test("are the viewer's own, the admin's too", async () => {
    expect(await ofUser(bob)).toMatchObject({ cost: 77, models: [{ model: 'of-bob' }], days: [{ runs: 1 }] });
    expect(JSON.stringify(await ofUser(ann))).not.toContain('of-bob');
  });

  test('without a window are of the last 30 days', async () => {
    const { from, to } = await ofUser(ann, {});
    expect(Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)).toBe(30);
    expect(Math.abs(Date.parse(to) - Date.now())).toBeLessThan(10_000);
  });

  test.each([
    {
      given: { from: '2026-11-02T00:00:00Z', to: '2026-11-01T00:00:00Z' },
      message: 'from: must be before to',
    },
    {
      given: { from: '2026-11-01T00:00:00Z', to: '2026-11-01T00:00:00Z' },
      message: 'from: must be before to',
    },
    {
      given: { from: '2025-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' },
      message: 'from: must be at most 366 days before to',
    },
    { given: { userLabel: '' }, message: 'userLabel: must not be empty' },
    { given: { userLabel: 'x'.repeat(201) }, message: 'userLabel: must have at most 200 characters' },
    {
      given: { userLabel: 'a\0' },
      message: 'userLabel: must not contain U+0000 or an unpaired surrogate',
    },
  ])('are refused for $given', async ({ given, message }) => {
    const answer = await ann.query(OF_USER, given);
    expect(errorCode(answer)).toBe('VALIDATION_ERROR');
    expect(answer.errors![0]).toMatchObject({ message, extensions: { field: message.split(':')[0] } });
  });

  test.each(['0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])(
    'at the end of time are nothing: %s',
    async (to) => {
      expect(await ofUser(ann, { to })).toMatchObject({ modelCalls: 0, days: [] });
    },
  );
});

describe("a session's analytics", () => {
  test('are of all of its runs, whenever they were made', async () => {
    const report = data(await ofSession(ann, sessionId)).sessionAnalytics;
    expect(report).toMatchObject({ from: null, to: null, sessions: 1, modelCalls: 3, inputTokens: 157 });
    expect(report.days.map(({ date }: { date: string }) => date)).toEqual(['2026-11-19', '2026-11-20']);
    expect(report.durations).toMatchObject({ finishedRuns: 2, averageMs: 2000 });
  });

  test('are nobody elses', async () => {
    expect(errorCode(await ofSession(bob, sessionId))).toBe('NOT_FOUND');
    expect(errorCode(await ofSession(server.anonymous, sessionId))).toBe('UNAUTHENTICATED');
  });
});

test('a few may be asked for at once, many are too much', async () => {
  const many = (count: number) =>
    `{ ${Array.from({ length: count }, (_, index) => `a${index}: userAnalytics { cost }`).join(' ')} }`;
  expect((await ann.query(many(4))).errors).toBeUndefined();
  expect(errorCode(await ann.query(many(8)))).toBe('GRAPHQL_VALIDATION_FAILED');
});

function filled(statuses: { status: string; count: number }[]): Record<string, number> {
  return Object.fromEntries(
    statuses.filter(({ count }) => count > 0).map(({ status, count }) => [status, count]),
  );
}
