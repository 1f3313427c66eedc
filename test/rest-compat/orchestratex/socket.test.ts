import { afterEach, describe, expect, test } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { type Audit, runAudits } from '../audits/audits.ts';
import {
  type LegacySocket,
  type Message,
  openLegacySocket,
  refusedUpgrade,
} from '../clients/legacy-socket.ts';
import { good, startOrchestrateX, TIME, verdict } from './server.ts';

const open: LegacySocket[] = [];

const x = fixture(startOrchestrateX);
afterEach(() => {
  for (const socket of open.splice(0)) socket.raw.terminate();
});

const timestamp = expect.stringMatching(TIME);
const isOver = ({ type }: Message) => /^orchestration_(completed|failed|cancelled)$/.test(type);

async function follow(session: string): Promise<LegacySocket> {
  const socket = await openLegacySocket(x.server.url, `/orchestratex/ws/${session}`);
  open.push(socket);
  // The upgrade is answered before the session is looked at; whoever is answered follows it.
  socket.send({ type: 'ping' });
  await socket.next(({ type }) => type === 'pong');
  socket.messages.length = 0;
  return socket;
}

async function start(session_id: string, settings: object): Promise<{ _id: string; thread_id: string }> {
  const thread_id = await x.thread({ session_id });
  return good(await x.ask('POST', '/api/orchestration/start', { thread_id, prompt: 'x', settings }));
}

/** What a session's socket says of one orchestration, and whose it is. */
async function watch(settings: object): Promise<{ messages: Message[]; whose: object }> {
  const { _id } = await x.session();
  const socket = await follow(_id);
  const begun = await start(_id, settings);
  await socket.next(isOver);
  return {
    messages: socket.messages,
    whose: { orchestration_id: begun._id, thread_id: begun.thread_id, timestamp },
  };
}

const gpt4AndClaude = (answers: string[], verdicts: string[]) => {
  x.vendor.scripts.set(
    'gpt-4o',
    answers.map((text) => ({ text })),
  );
  x.vendor.scripts.set(
    'claude-sonnet-5-5',
    verdicts.map((text) => ({ text })),
  );
  return { preferred_models: ['gpt4', 'claude'] };
};

const documented: Audit[] = [
  {
    id: 'OX-WS-1',
    fact: 'orchestration_started {thread_id}, model_selected {model_name, reasoning}, response_generated {model_name, response_preview, tokens_used}, evaluation_completed {evaluator_model, score, feedback}, orchestration_completed {final_response, iterations, final_score, total_cost}, each with a timestamp, in that order',
    check: async () => {
      const { messages, whose } = await watch(
        gpt4AndClaude(['def fibonacci(n):'], [verdict(9.2, 'Good implementation')]),
      );
      expect(messages).toEqual([
        { type: 'orchestration_started', ...whose },
        { type: 'model_selected', ...whose, model_name: 'gpt4', reasoning: expect.stringMatching(/./) },
        {
          type: 'response_generated',
          ...whose,
          model_name: 'gpt4',
          response_preview: 'def fibonacci(n):',
          tokens_used: expect.any(Number),
        },
        {
          type: 'evaluation_completed',
          ...whose,
          evaluator_model: 'claude',
          score: 9.2,
          feedback: 'Good implementation',
        },
        {
          type: 'orchestration_completed',
          ...whose,
          final_response: 'def fibonacci(n):',
          iterations: 1,
          final_score: 9.2,
          total_cost: expect.any(Number),
        },
      ]);
    },
  },
  {
    id: 'OX-WS-2',
    fact: 'each round has its messages, and what the last one tells is what the status says',
    check: async () => {
      const { messages, whose } = await watch(x.script(['One.', 'Two.'], [verdict(3), verdict(9)]));
      expect(messages.map(({ type }) => type)).toEqual([
        'orchestration_started',
        ...['model_selected', 'response_generated', 'evaluation_completed'],
        ...['model_selected', 'response_generated', 'evaluation_completed'],
        'orchestration_completed',
      ]);
      const { orchestration_id } = whose as { orchestration_id: string };
      const { final_response, iterations, final_score, total_cost } = await x.ended(orchestration_id);
      expect(messages.at(-1)).toMatchObject({ final_response, iterations, final_score, total_cost });
    },
  },
  {
    id: 'OX-WS-3',
    fact: 'tokens_used are those of the answer, response_preview is its beginning',
    check: async () => {
      const long = 'word '.repeat(100);
      const { messages } = await watch(x.script([long], [verdict(9)]));
      const answer = messages.find(({ type }) => type === 'response_generated');
      expect(answer.response_preview).toBe(long.slice(0, 200));
      expect(answer.tokens_used).toBeGreaterThan(100);
    },
  },
  {
    id: 'OX-WS-D1',
    fact: 'an evaluation that failed is told as such, without a score',
    check: async () => {
      const settings = { ...x.script(['One.'], ['no JSON', 'no JSON']), max_iterations: 1 };
      const { messages, whose } = await watch(settings);
      expect(messages.find(({ type }) => type === 'evaluation_failed')).toEqual({
        type: 'evaluation_failed',
        ...whose,
        evaluator_model: expect.any(String),
        error: expect.any(String),
      });
      expect(messages.at(-1)).toMatchObject({ type: 'orchestration_completed', final_score: null });
    },
  },
  {
    id: 'OX-WS-D2',
    fact: 'one that fails or is cancelled ends with orchestration_failed or orchestration_cancelled',
    check: async () => {
      const { _id } = await x.session({ settings: { cost_limit: 0.0000001 } });
      const socket = await follow(_id);
      const failed = await start(_id, {});
      expect(await socket.next(isOver)).toEqual({
        type: 'orchestration_failed',
        orchestration_id: failed._id,
        thread_id: failed.thread_id,
        error: expect.stringContaining('cost limit'),
        timestamp,
      });
      const ann = await x.server.newUser();
      const headers = { authorization: `Bearer ${ann.token}` };
      const ask = async (path: string, body: object) => (await x.ask('POST', path, body, headers)).body;
      const session = await ask('/api/sessions/', { user_id: 'u' });
      const thread = await ask('/api/threads/', { session_id: session._id, original_prompt: 'x' });
      const cancelled = await follow(`${session._id}?token=${ann.token}`);
      const settings = { preferred_models: ['gpt-4o@tokens=5000,itl=20'] };
      const begun = await ask('/api/orchestration/start', { thread_id: thread._id, prompt: 'x', settings });
      await cancelled.next(({ type }) => type === 'model_selected');
      const id = Buffer.from(`Orchestration:${begun._id}`).toString('base64url');
      await ann.query(
        `mutation { cancelOrchestration(input: { id: "${id}", reason: "enough" }) { orchestration { id } } }`,
      );
      expect(await cancelled.next(isOver)).toEqual({
        type: 'orchestration_cancelled',
        orchestration_id: begun._id,
        thread_id: thread._id,
        reason: 'enough',
        timestamp,
      });
    },
  },
  {
    id: 'OX-WS-D3',
    fact: 'ping is answered with pong; a message that is no good with an error, and the socket stays',
    check: async () => {
      const socket = await follow((await x.session())._id);
      for (const message of ['no JSON', { type: 'stop' }, { type: 'ping' }]) socket.send(message);
      await socket.next(({ type }) => type === 'pong');
      const refused = (detail: string) => ({ type: 'error', detail, status_code: 422, timestamp });
      expect(socket.messages).toEqual([
        refused('message: is not valid JSON'),
        refused('type: must be one of ping'),
        { type: 'pong', timestamp },
      ]);
    },
  },
  {
    id: 'OX-WS-D4',
    fact: 'only what happens in this session is told',
    check: async () => {
      const [one, two] = [await x.session(), await x.session()];
      const [left, right] = [await follow(one._id), await follow(two._id)];
      const begun = await start(one._id, x.script(['One.'], [verdict(9)]));
      await left.next(isOver);
      await start(two._id, x.script(['Two.'], [verdict(9)]));
      expect(await right.next(isOver)).toMatchObject({ final_response: 'Two.' });
      expect(new Set(left.messages.map(({ orchestration_id }) => orchestration_id))).toEqual(
        new Set([begun._id]),
      );
      expect(right.messages.map(({ orchestration_id }) => orchestration_id)).not.toContain(begun._id);
    },
  },
];

runAudits('The socket of OrchestrateX, as documented', documented);

describe('who is let in', () => {
  test('a session that is not there ends with 4404, in the words of the dialect', async () => {
    const socket = await openLegacySocket(x.server.url, '/orchestratex/ws/0123456789abcdef01234567');
    expect((await socket.closed).code).toBe(4404);
    expect(socket.messages).toEqual([
      { type: 'error', detail: expect.any(String), status_code: 404, timestamp },
    ]);
  });

  test('an account follows its own sessions, and a guest not those', async () => {
    const ann = await x.server.newUser();
    const headers = { authorization: `Bearer ${ann.token}` };
    const { _id } = good(await x.ask('POST', '/api/sessions/', { user_id: 'u' }, headers), 201);
    const path = `/orchestratex/ws/${_id}`;
    const own = await openLegacySocket(x.server.url, `${path}?token=${ann.token}`);
    own.send({ type: 'ping' });
    await own.next(({ type }) => type === 'pong');
    await own.close();
    expect((await (await openLegacySocket(x.server.url, path)).closed).code).toBe(4404);
  });

  test('bad credentials are refused, and no guest', async () => {
    const { _id } = await x.session();
    expect(await refusedUpgrade(x.server.url, `/orchestratex/ws/${_id}?token=stale`)).toMatchObject({
      status: 401,
      body: { status_code: 401 },
    });
  });
});
