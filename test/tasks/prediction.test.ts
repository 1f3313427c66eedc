import { describe, expect, test } from 'vitest';
import { PRIOR_SECONDS } from '../../src/rules/prediction/duration-estimate.ts';
import { PRIOR_SUCCESS } from '../../src/rules/prediction/success-odds.ts';
import { data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { insertPast, type PastTask, times } from './history.ts';

const FIELDS = `successProbability isPrior reason duration { median low high } quality { score expected sampleSize reason }
  basis { level sampleSize succeeded } recommendedAgents { name successProbability sampleSize reason agent { name } }`;
const PREDICT = `query ($input: PredictTaskInput!) { predictTask(input: $input) { ${FIELDS} } }`;
const CREATE = `mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id prediction { ${FIELDS} } } } }`;
const CALIBRATION = `{ predictionCalibration { sampleSize succeeded brierScore baseRateBrierScore skill intervalCoverage
  bins { low high count meanPredicted observedRate } } }`;
const CREATE_AGENT = `mutation ($input: CreateAgentInput!) { createAgent(input: $input) { agent { id } } }`;

const server = fixture(startTestServer);

async function newUser() {
  const client = await server.newUser();
  const { viewer } = data(await client.query('{ viewer { id } }'));
  const ownerId = localId(viewer.id);
  return {
    client,
    ownerId,
    past: (tasks: readonly PastTask[]) => insertPast(server, ownerId, tasks),
    predict: async (input: object) => data(await client.query(PREDICT, { input })).predictTask,
    create: async (input: object) => data(await client.query(CREATE, { input })).createTask.task,
    calibration: async () => data(await client.query(CALIBRATION)).predictionCalibration,
    async newAgent(input: object) {
      const { agent } = data(await client.query(CREATE_AGENT, { input })).createAgent;
      return { id: agent.id as string, localId: localId(agent.id) };
    },
  };
}

function localId(id: string): string {
  return Buffer.from(id, 'base64url').toString().split(':')[1]!;
}

const good = (given: PastTask = {}): PastTask => ({ type: 'scan', ...given });
const bad = (given: PastTask = {}): PastTask => ({ type: 'scan', status: 'failed', ...given });

describe('given no history', () => {
  test('the answer says that it is what is assumed beforehand', async () => {
    const { predict } = await newUser();
    const told = await predict({ type: 'scan', kind: 'AGENT' });
    expect(told).toMatchObject({
      isPrior: true,
      basis: [],
      quality: { score: null, expected: 0.7, sampleSize: 0 },
    });
    expect(told.successProbability).toBeCloseTo(PRIOR_SUCCESS, 9);
    expect(told.duration.median).toBeCloseTo(PRIOR_SECONDS, 6);
    expect(told.duration.high / told.duration.low).toBeGreaterThan(100);
    expect(told.reason).toMatch(/default assumptions/);
    expect(told.quality.reason).toMatch(/no other model has scored/);
  });
});

describe('given a history', () => {
  test('what is alike counts, and it says how much there is of it', async () => {
    const { past, predict } = await newUser();
    await past([
      ...times(30, good({ agentId: 'security_expert', seconds: 20 })),
      ...times(10, bad({ agentId: 'generalist' })),
      ...times(10, good({ type: 'essay', seconds: 300 })),
    ]);
    const told = await predict({ type: 'Scan', agentId: agentId('security_expert') });
    expect(told.isPrior).toBe(false);
    expect(told.basis).toEqual([
      { level: 'HISTORY', sampleSize: 50, succeeded: 40 },
      { level: 'TYPE', sampleSize: 40, succeeded: 30 },
      { level: 'DOER', sampleSize: 30, succeeded: 30 },
      { level: 'MODEL', sampleSize: 50, succeeded: 40 },
      { level: 'COMBINATION', sampleSize: 30, succeeded: 30 },
    ]);
    expect(told.successProbability).toBeGreaterThan(0.9);
    expect(told.duration.median).toBeGreaterThan(18);
    expect(told.duration.median).toBeLessThan(25);
    const other = await predict({ type: 'scan', agentId: agentId('generalist') });
    expect(other.successProbability).toBeLessThan(0.4);
    const essay = await predict({ type: 'essay' });
    expect(essay.duration.median).toBeGreaterThan(200);
  });

  test('cancelled tasks, those that never began, and the fetching of models do not count', async () => {
    const { past, predict } = await newUser();
    await past([
      good({ status: 'cancelled' }),
      good({ status: 'running' }),
      bad({ isStarted: false }),
      good({ kind: 'pull' }),
    ]);
    expect(await predict({ type: 'scan' })).toMatchObject({ isPrior: true, basis: [] });
  });

  test('an agent that gave up did not succeed', async () => {
    const { past, predict } = await newUser();
    const result = { output: 'no', success: false };
    await past(times(4, good({ agentId: 'generalist', result })));
    const { basis } = await predict({ type: 'scan', agentId: agentId('generalist') });
    expect(basis[0]).toEqual({ level: 'HISTORY', sampleSize: 4, succeeded: 0 });
  });

  test('nobody else’s has any influence, of built-in agents neither', async () => {
    const ann = await newUser();
    const bob = await newUser();
    await bob.past([...times(200, bad({ agentId: 'security_expert' })), ...times(50, bad())]);
    for (const input of [{ type: 'scan' }, { type: 'security', kind: 'AGENT' }]) {
      const before = await ann.predict(input);
      expect(before).toMatchObject({ isPrior: true });
      expect(before.recommendedAgents.every((each: { sampleSize: number }) => each.sampleSize === 0)).toBe(
        true,
      );
    }
  });
});

describe('quality', () => {
  test('goes by what other models said about first answers, in the user’s own orchestrations', async () => {
    const ann = await newUser();
    const bob = await newUser();
    await insertRounds(ann.ownerId, 'law', [
      { score: 9 },
      { score: 7 },
      { score: 10, improves: 1 },
      { score: 0, isSelfEvaluated: true },
      { score: null },
    ]);
    await insertRounds(bob.ownerId, 'law', [{ score: 1 }]);
    const { quality } = await ann.predict({ type: 'Law', model: 'demo' });
    expect(quality).toEqual({
      score: expect.closeTo(0.8, 9),
      // Two answers, and three of the assumed 0.7.
      expected: expect.closeTo(0.74, 9),
      sampleSize: 2,
      reason: expect.stringMatching(/scored 2 answers of demo\/demo .* 2 of them in the domain law/),
    });
  });

  interface PastRound {
    score: number | null;
    improves?: number;
    isSelfEvaluated?: boolean;
  }

  async function insertRounds(ownerId: string, domain: string, rounds: PastRound[]) {
    const { pool } = server.store.database;
    const { rows } = await pool.query(
      `with run as (
         insert into run (id, kind, owner_id, origin, status)
         values ('past-' || gen_random_uuid(), 'orchestration', $1, 'graphql', 'completed') returning id
       )
       insert into orchestration (id, prompt, domain, candidates, reasoning, evaluation_threshold, max_iterations)
       select id, 'past', $2, '[]', '', 8, 5 from run returning id`,
      [ownerId, domain],
    );
    for (const [index, { score, improves = null, isSelfEvaluated = false }] of rounds.entries()) {
      await pool.query(
        `insert into orchestration_round (orchestration_id, iteration, selected, reason, provider, model, score,
           improves, is_self_evaluated)
         values ($1, $2, '{}', '', 'demo', 'demo', $3, $4, $5)`,
        [rows[0].id, index + 1, score, improves, isSelfEvaluated],
      );
    }
  }
});

describe('recommended agents', () => {
  test('given no history, those that are meant for it come first', async () => {
    const { predict } = await newUser();
    const { recommendedAgents } = await predict({ type: 'security_scan', kind: 'AGENT' });
    expect(recommendedAgents.map(({ name }: { name: string }) => name)).toEqual([
      'Security expert',
      'Generalist',
    ]);
    expect(recommendedAgents[0].reason).toMatch(/security_scan is a kind of security; none of your tasks/);
  });

  test('given one that fails and one that does it well, the latter', async () => {
    const { past, predict, newAgent } = await newUser();
    const own = await newAgent({ name: 'Own', type: 'other' });
    await past([
      ...times(10, bad({ type: 'security', agentId: 'security_expert' })),
      ...times(10, good({ type: 'security', agentId: own.localId })),
    ]);
    const { recommendedAgents } = await predict({ type: 'security', kind: 'AGENT' });
    expect(recommendedAgents[0]).toMatchObject({
      name: 'Own',
      sampleSize: 10,
      agent: { name: 'Own' },
      reason: 'it has performed such tasks; 10 of your 10 tasks with it succeeded, 10 of 10 of this type',
    });
    const names = recommendedAgents.map(({ name }: { name: string }) => name);
    expect(names.indexOf('Security expert')).toBeGreaterThan(0);
  });
});

describe('refused', () => {
  test.each([
    { input: { kind: 'AGENT', agentId: agentId('nobody') }, code: 'NOT_FOUND', field: 'input.agentId' },
    { input: { model: 'nothing-like-it' }, code: 'UNKNOWN_MODEL', field: 'input.model' },
    { input: { templateName: 'nothing' }, code: 'NOT_FOUND', field: 'input.templateName' },
    { input: { kind: 'TEMPLATE' }, code: 'VALIDATION_ERROR', field: 'input.templateName' },
    { input: { kind: 'PULL' }, code: 'VALIDATION_ERROR', field: 'input.kind' },
    { input: { type: '\u0000' }, code: 'VALIDATION_ERROR', field: 'input.type' },
    { input: { type: '' }, code: 'VALIDATION_ERROR', field: 'input.type' },
  ])('$input: $code', async ({ input, code, field }) => {
    const { client } = await newUser();
    const answer = await client.query(PREDICT, { input });
    expect([errorCode(answer), answer.errors![0]!.extensions.field]).toEqual([code, field]);
  });
});

describe('createTask', () => {
  test('with predict keeps what it told, which is what predictTask tells', async () => {
    const { client, past, predict, create } = await newUser();
    await past(times(5, good()));
    const before = await predict({ type: 'scan' });
    const { id, prediction } = await create({ type: 'scan', prompt: 'x', predict: true });
    expect(prediction).toEqual(before);
    await client.events(id);
    const read = await client.query(`query ($id: ID!) { task(id: $id) { prediction { ${FIELDS} } } }`, {
      id,
    });
    expect(data(read).task.prediction).toEqual(before);
    expect((await predict({ type: 'scan' })).basis[0].sampleSize).toBe(6);
  });

  test('without it tells none', async () => {
    const { create } = await newUser();
    expect((await create({ type: 'scan', prompt: 'x', hold: true })).prediction).toBeNull();
  });
});

describe('predictionCalibration', () => {
  const told = (successProbability: number, low: number, high: number) => ({
    successProbability,
    duration: { median: 10, low, high },
  });

  test('given no predicted task, nothing can be told', async () => {
    const { past, calibration } = await newUser();
    await past([good(), bad()]);
    expect(await calibration()).toEqual({
      sampleSize: 0,
      succeeded: 0,
      brierScore: null,
      baseRateBrierScore: null,
      skill: null,
      intervalCoverage: null,
      bins: [],
    });
  });

  test('compares what was told with what came', async () => {
    const { past, calibration } = await newUser();
    const other = await newUser();
    await other.past(times(9, bad({ prediction: told(0.99, 1, 2) })));
    await past([
      good({ prediction: told(0.9, 5, 20) }),
      good({ prediction: told(0.9, 11, 20) }),
      bad({ prediction: told(0.9, 1, 20) }),
      bad({ prediction: told(0.1, 1, 20) }),
      good({ prediction: told(0.5, 1, 20), status: 'cancelled' }),
      good(),
    ]);
    const answer = await calibration();
    expect(answer).toMatchObject({
      sampleSize: 4,
      succeeded: 2,
      baseRateBrierScore: 0.25,
      intervalCoverage: 0.5,
    });
    expect(answer.brierScore).toBeCloseTo((0.01 + 0.01 + 0.81 + 0.01) / 4, 9);
    expect(answer.skill).toBeCloseTo(1 - 0.21 / 0.25, 9);
    expect(answer.bins).toEqual([
      { low: 0.1, high: 0.2, count: 1, meanPredicted: 0.1, observedRate: 0 },
      {
        low: 0.9,
        high: 1,
        count: 3,
        meanPredicted: expect.closeTo(0.9, 9),
        observedRate: expect.closeTo(2 / 3, 9),
      },
    ]);
  });
});

function agentId(id: string): string {
  return Buffer.from(`Agent:${id}`).toString('base64url');
}
