import { expect, test } from 'vitest';
import { data, type TaskEvent } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { type ChatAnswer, type ChatRequest, startChat } from './chat.ts';
import { ofType, startAgent } from './script.ts';

let models = 0;

const chat = fixture(startChat);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: chat.url } }));
const ann = fixture(() => server.newUser());

const TOO_LONG: ChatAnswer = {
  refusal: {
    status: 400,
    error: {
      message: "This model's maximum context length is 16384 tokens.",
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
    },
  },
};

const finish: ChatAnswer = { calls: [['finish', { summary: 'Done.' }]] };

/** A model whose context holds so many characters, and what it was sent that it took. */
async function run(
  limit: number,
  answer: (nth: number, request: ChatRequest) => ChatAnswer,
  more: object = {},
) {
  models += 1;
  const model = `gpt-4o@${models}`;
  const taken: ChatRequest[] = [];
  let refused = 0;
  chat.answer(model, (request) => {
    if (JSON.stringify(request).length > limit) {
      refused += 1;
      return TOO_LONG;
    }
    if (!request.tools) return { text: 'So far: the numbers were listed.' };
    taken.push(request);
    return answer(taken.length, request);
  });
  const id = await startAgent(ann, model, more);
  const events = await ann.events(id);
  return { id, events, end: events.at(-1)!, taken, asked: chat.asked(model), refused: () => refused };
}

const list = (nth: number): ChatAnswer => ({ calls: [['terminal', { command: `seq ${nth} 5000` }]] });

test('old results are shortened, and the task goes on', async () => {
  const { end, events, taken, refused } = await run(60_000, (nth) => (nth < 8 ? list(nth) : finish));
  expect(end).toMatchObject({ __typename: 'RunCompleted', result: { success: true } });
  expect(ofType(events, 'ContextCompacted').length).toBeGreaterThan(0);
  // What it is refused once is not sent again as long.
  expect(refused()).toBe(1);
  const last = taken.at(-1)!.messages.filter(({ role }) => role === 'tool');
  expect(last).toHaveLength(7);
  expect(last[0]!.content).toMatch(/characters omitted/);
  expect(last.at(-1)!.content).not.toMatch(/characters omitted/);
});

test('long arguments are shortened, and stay JSON', async () => {
  const content = 'x'.repeat(30_000);
  const { end, taken } = await run(60_000, (nth) =>
    nth < 6 ? { calls: [['write_file', { path: `f${nth}`, content }]] } : finish,
  );
  expect(end).toMatchObject({ __typename: 'RunCompleted' });
  const calls = taken.at(-1)!.messages.flatMap(({ tool_calls: made }) => made ?? []) as {
    function: { arguments: string };
  }[];
  expect(calls.map((call) => JSON.parse(call.function.arguments).path)).toEqual([
    'f1',
    'f2',
    'f3',
    'f4',
    'f5',
  ]);
});

test('older turns are summarised by the model, with an event and its cost; the text is void', async () => {
  const step = (nth: number): ChatAnswer => ({
    text: `${nth}${' thinking'.repeat(90)}`,
    calls: [['list_files', { depth: (nth % 19) + 1 }]],
  });
  const { id, end, events, taken } = await run(22_000, (nth) => (nth < 25 ? step(nth) : finish), {
    maxIterations: 40,
  });
  expect(end).toMatchObject({ __typename: 'RunCompleted' });
  const compacted = ofType(events, 'ContextCompacted');
  expect(compacted.length).toBeGreaterThan(0);
  expect(JSON.stringify(taken.at(-1)!.messages)).toContain('So far: the numbers were listed.');
  expect(ofType(events, 'AttemptStarted')).toContainEqual(
    expect.objectContaining({ restart: 'CONTEXT_COMPACTED', voidCallId: expect.any(String) }),
  );
  expect(await ann.task(id)).toMatchObject({ status: 'COMPLETED' });
});

test('a thread that outgrows the context goes on with a summary and its latest turns, and says so', async () => {
  const made = await ann.query('mutation { createSession(input: {}) { session { id } } }');
  const sessionId = data(made).createSession.session.id;
  const thread = await ann.query(
    'mutation ($input: CreateThreadInput!) { createThread(input: $input) { thread { id } } }',
    { input: { sessionId } },
  );
  const threadId = data(thread).createThread.thread.id;
  const model = 'gpt-4o@thread';
  chat.answer(model, (request) =>
    JSON.stringify(request.messages).length > 6_000 ? TOO_LONG : { text: 'words '.repeat(150).trim() },
  );
  const events: TaskEvent[] = [];
  for (let n = 0; n < 9; n += 1) {
    events.push(...(await ann.events(await ann.createTask({ prompt: `Question ${n}`, model, threadId }))));
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted' });
  }
  expect(ofType(events, 'ContextCompacted').length).toBeGreaterThan(0);
  expect(chat.asked(model).at(-1)!.messages.at(-1)!.content).toBe('Question 8');
});

test('what never fits fails once, without a loop', async () => {
  const { end, asked } = await run(100, () => finish);
  expect(end).toMatchObject({ error: { code: 'CONTEXT_TOO_LONG' } });
  expect(asked.length).toBeLessThanOrEqual(4);
});

const CREATE_MODEL = 'mutation ($input: CreateModelInput!) { createModel(input: $input) { model { id } } }';

test('a history is compacted before it exceeds the known window of its model', async () => {
  const input = {
    provider: 'OPENAI',
    modelId: 'small',
    isBuiltIn: true,
    contextWindow: 12_000,
    supportsFunctionCalling: true,
  };
  data(await ann.query(CREATE_MODEL, { input }));
  const sent: number[] = [];
  chat.answer('small', (request) => {
    if (!request.tools) return { text: 'So far: the numbers were listed.' };
    sent.push(JSON.stringify(request.messages).length);
    return sent.length < 8 ? list(sent.length) : finish;
  });
  const events = await ann.events(await startAgent(ann, 'small'));
  expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', result: { success: true } });
  expect(ofType(events, 'ContextCompacted').length).toBeGreaterThan(0);
  // At most 6 bytes are taken for a token.
  expect(Math.max(...sent)).toBeLessThan(12_000 * 6);
  expect(sent).toHaveLength(8);
});

test('the window that one task’s refusal names is known to the next', async () => {
  const first = await run(60_000, (nth) => (nth < 8 ? list(nth) : finish));
  expect(first.refused()).toBe(1);
  const { model } = first.taken[0]!;
  let refused = 0;
  let asked = 0;
  chat.answer(model, (request) => {
    if (JSON.stringify(request).length > 150_000) {
      refused += 1;
      return TOO_LONG;
    }
    if (!request.tools) return { text: 'So far: the numbers were listed.' };
    asked += 1;
    return asked < 12 ? list(asked) : finish;
  });
  const events = await ann.events(await startAgent(ann, model));
  expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', result: { success: true } });
  expect(ofType(events, 'ContextCompacted').length).toBeGreaterThan(0);
  expect(refused).toBe(0);
});
