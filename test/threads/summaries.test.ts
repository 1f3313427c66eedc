import { describe, expect, test } from 'vitest';
import { readTurns } from '../../src/store/threads/read-turns.ts';
import { saveSummary } from '../../src/store/threads/save-summary.ts';
import { type ChatAnswer, type ChatRequest, startChat } from '../agents/chat.ts';
import { ofType, types } from '../agents/script.ts';
import { data, rebuildText, type TaskEvent } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { follow as followOrchestration, start as startOrchestration } from '../orchestrations/orchestra.ts';

let models = 0;

const chat = fixture(startChat);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: chat.url } }));
const ann = fixture(() => server.newUser());

const CREATE_MODEL = 'mutation ($input: CreateModelInput!) { createModel(input: $input) { model { id } } }';
const SUMMARY = 'So far: the user counts words.';
/** Bytes of a turn: five of them exceed the window. */
const LONG = 'word '.repeat(1_000).trim();
const WINDOW = 8_000;

const DELETE = 'mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedId } }';

const localOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;

async function storedSummary(threadId: string): Promise<unknown> {
  const { rows } = await server.store.database.pool.query('select summary from thread where id = $1', [
    localOf(threadId),
  ]);
  return rows[0].summary;
}

/** Text of more bytes than characters, which does not repeat itself. */
const facts = (count: number) => Array.from({ length: count }, (_, nth) => `Größe ${nth}`).join(', ');

const isSummary = ({ messages }: ChatRequest) =>
  messages[0]!.content?.startsWith('Summarize the conversation') ?? false;
const textsOf = ({ messages }: ChatRequest) => messages.map(({ content }) => content!.slice(0, 60));

/** A model with a window, and how it answers when it is to summarize. */
async function narrowModel(
  summarize: (nth: number) => ChatAnswer = () => ({ text: SUMMARY }),
  price: object = {},
): Promise<string> {
  models += 1;
  const modelId = `narrow-${models}`;
  const input = { provider: 'OPENAI', modelId, isBuiltIn: true, contextWindow: WINDOW, ...price };
  data(await ann.query(CREATE_MODEL, { input }));
  chat.answer(modelId, (request) =>
    isSummary(request) ? summarize(chat.asked(modelId).filter(isSummary).length) : { text: 'noted' },
  );
  return modelId;
}

async function newThread(): Promise<string> {
  return data(await ann.query('mutation { createThread(input: {}) { thread { id } } }')).createThread.thread
    .id;
}

/** A turn of the thread, followed to its end. */
async function ask(
  model: string,
  threadId: string,
  nth: number,
): Promise<{ id: string; events: TaskEvent[] }> {
  const id = await ann.createTask({ prompt: `${nth} ${LONG}`, model, threadId });
  const events = await ann.events(id);
  expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', result: { output: 'noted' } });
  return { id, events };
}

async function askUntilSummarized(model: string, threadId: string) {
  for (let nth = 1; nth <= 9; nth += 1) {
    const turn = await ask(model, threadId, nth);
    if (types(turn.events).includes('ContextCompacted')) return { ...turn, nth };
  }
  throw new Error('the thread was never summarized');
}

describe('a thread that exceeds the window of its model', () => {
  test('is sent with a summary of its older turns; an event says so, and the summary is no text of the task', async () => {
    const model = await narrowModel();
    const threadId = await newThread();
    const { events, nth, id } = await askUntilSummarized(model, threadId);
    expect(ofType(events, 'ContextCompacted')).toEqual([
      expect.objectContaining({ turns: 0, summarizedTurns: nth - 3, summaryCallId: expect.any(String) }),
    ]);
    const sent = chat.asked(model).at(-1)!;
    expect(textsOf(sent)).toEqual([
      expect.stringMatching(/^The following is a summary/),
      expect.stringMatching(`^${nth - 2} word`),
      'noted',
      expect.stringMatching(`^${nth - 1} word`),
      'noted',
      expect.stringMatching(`^${nth} word`),
    ]);
    expect(sent.messages[0]!.content).toContain(SUMMARY);
    expect(rebuildText(events)).toBe('noted');
    const { modelCalls } = await ann.task(id);
    expect(modelCalls).toHaveLength(2);
  });

  test('uses its summary again, and has it renewed only when that no longer fits', async () => {
    const model = await narrowModel((nth) => ({ text: `${SUMMARY} ${nth}` }));
    const threadId = await newThread();
    const { nth } = await askUntilSummarized(model, threadId);
    const next = await ask(model, threadId, nth + 1);
    expect(ofType(next.events, 'ContextCompacted')).toEqual([
      expect.objectContaining({ summarizedTurns: nth - 3, summaryCallId: null, summaryCost: null }),
    ]);
    expect(chat.asked(model).filter(isSummary)).toHaveLength(1);
    for (let more = nth + 2; chat.asked(model).filter(isSummary).length < 2; more += 1) {
      expect(more).toBeLessThan(nth + 9);
      await ask(model, threadId, more);
    }
    const renewed = chat.asked(model).findLast(isSummary)!.messages[1]!.content!;
    expect(renewed).toContain(`[summary of earlier turns]\n${SUMMARY} 1`);
    expect(renewed).not.toContain('1 word word');
    expect(chat.asked(model).at(-1)!.messages[0]!.content).toContain(`${SUMMARY} 2`);
  });

  test('is sent so with the prompt of an orchestration', async () => {
    const model = await narrowModel();
    const threadId = await newThread();
    await askUntilSummarized(model, threadId);
    const input = { threadId, prompt: 'How many?', preferredModels: [model], maxIterations: 1 };
    const events = await followOrchestration(ann, await startOrchestration(ann, input));
    expect(types(events)).toContain('ContextCompacted');
    const sent = chat.asked(model).find(({ messages }) => messages.at(-1)!.content === 'How many?')!;
    expect(sent.messages[0]!.content).toContain(SUMMARY);
  });

  test('is sent whole to a model with a larger window', async () => {
    const model = await narrowModel();
    const threadId = await newThread();
    const { nth } = await askUntilSummarized(model, threadId);
    chat.answer('gpt-4o', () => ({ text: 'noted' }));
    await ask('gpt-4o', threadId, nth + 1);
    expect(textsOf(chat.asked('gpt-4o').at(-1)!)).toHaveLength(2 * nth + 1);
  });

  test.each<[what: string, answer: ChatAnswer]>([
    ['the model refuses', { refusal: { status: 400, error: { message: 'no' } } }],
    ['the model says nothing', { text: ' ' }],
    ['the content filter stops', { text: 'Half', finish: 'content_filter' }],
  ])('is sent without its older turns when %s', async (_what, answer) => {
    const model = await narrowModel(() => answer);
    const threadId = await newThread();
    let events: TaskEvent[] = [];
    for (let nth = 1; !types(events).includes('ThreadTruncated'); nth += 1) {
      expect(nth).toBeLessThan(9);
      ({ events } = await ask(model, threadId, nth));
    }
    expect(types(events)).not.toContain('ContextCompacted');
    expect(rebuildText(events)).toBe('noted');
  });

  test('is sent without its older turns when its task may not cost a summary', async () => {
    const model = await narrowModel(undefined, { prices: { input: 1000, output: 0 } });
    const threadId = await newThread();
    for (let nth = 1; nth < 9; nth += 1) await ask('gpt-4o', threadId, nth);
    for (let nth = 1; nth < 9; nth += 1)
      await ann.events(await ann.createTask({ prompt: 'short', model: 'gpt-4o', threadId }));
    // A summary would be made of 19,000 bytes, each of which may cost 0.001 US dollars; the later turns are short.
    const id = await ann.createTask({
      prompt: 'last',
      model,
      threadId,
      costLimit: 5,
      parameters: { maxTokens: 10 },
    });
    const events = await ann.events(id);
    expect(types(events)).toContain('ThreadTruncated');
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted' });
  });

  test('is sent with what fits of a summary that is too long, which is not kept', async () => {
    const model = await narrowModel(() => ({ text: facts(3_000) }));
    const threadId = await newThread();
    const { nth } = await askUntilSummarized(model, threadId);
    const sent = chat.asked(model).at(-1)!;
    expect(textsOf(sent).at(-3)).toMatch(`${nth - 1} word`);
    expect(sent.messages[0]!.content).toContain('characters omitted');
    expect(await storedSummary(threadId)).toBeNull();
  });

  test('keeps no summary that has a gap', async () => {
    models += 1;
    const model = `gapped-${models}`;
    data(
      await ann.query(CREATE_MODEL, {
        input: { provider: 'OPENAI', modelId: model, isBuiltIn: true, contextWindow: WINDOW },
      }),
    );
    const refusal = {
      status: 400,
      error: { message: 'prompt is too long', code: 'context_length_exceeded' },
    };
    let isRefused = false;
    chat.answer(model, (request) => {
      if (isSummary(request))
        return chat.asked(model).filter(isSummary).length === 1 ? { text: '' } : { text: SUMMARY };
      if (!isRefused && chat.asked(model).some(isSummary)) {
        isRefused = true;
        return { refusal };
      }
      return { text: 'noted' };
    });
    const threadId = await newThread();
    const { events } = await askUntilSummarized(model, threadId);
    expect(types(events)).toContain('ThreadTruncated');
    expect(await storedSummary(threadId)).toBeNull();
  });

  test('stores no summary that quotes a turn which was deleted while it was made', async () => {
    const model = await narrowModel();
    const threadId = await newThread();
    const turns = [
      await ask(model, threadId, 1),
      await ask(model, threadId, 2),
      await ask(model, threadId, 3),
    ];
    const { database } = server.store;
    const [thread, present] = [localOf(threadId), localOf(turns[2]!.id)];
    const read = await readTurns(database, thread, present, 10);
    const summary = { text: SUMMARY, turns: 2, of: read, previousRunId: null };
    data(await ann.query(DELETE, { id: turns[0]!.id }));
    await saveSummary(database, thread, summary);
    expect(await storedSummary(threadId)).toBeNull();
    await saveSummary(database, thread, { ...summary, of: read.slice(1), previousRunId: 'another' });
    expect(await storedSummary(threadId)).toBeNull();
    await saveSummary(database, thread, { ...summary, of: read.slice(1) });
    expect(await storedSummary(threadId)).toMatchObject({ text: SUMMARY });
  });

  test('loses its summary when a turn is deleted, which the summary may quote', async () => {
    const model = await narrowModel();
    const threadId = await newThread();
    const first = await ask(model, threadId, 1);
    await askUntilSummarized(model, threadId);
    data(
      await ann.query('mutation ($id: ID!) { deleteTask(input: { id: $id }) { deletedId } }', {
        id: first.id,
      }),
    );
    expect(await storedSummary(threadId)).toBeNull();
  });

  test('is sent a turn that completed after its summary was made', async () => {
    const model = await narrowModel();
    const threadId = await newThread();
    const held = await ann.createTask({ prompt: 'the held one', model, threadId, hold: true });
    chat.answer('gpt-4o', () => ({ refusal: { status: 401, error: { message: 'no' } } }));
    const failed = await ann.createTask({ prompt: 'late', model: 'gpt-4o', threadId });
    await ann.events(failed);
    const { nth } = await askUntilSummarized(model, threadId);
    chat.answer('gpt-4o', () => ({ text: 'better late' }));
    data(
      await ann.query('mutation ($id: ID!) { retryTask(input: { id: $id }) { task { id } } }', {
        id: failed,
      }),
    );
    await ann.events(failed);
    await ask(model, threadId, nth + 1);
    const sent = textsOf(chat.asked(model).at(-1)!);
    expect(sent).toContain('better late');
    expect(held).toBeTruthy();
  });
});

test('given a model that refuses a conversation of unknown length, then the thread is summarized once and asked again', async () => {
  const model = 'gpt-4o@unknown';
  const refusal = { status: 400, error: { message: 'prompt is too long', code: 'context_length_exceeded' } };
  chat.answer(model, (request) => {
    if (isSummary(request)) return { text: SUMMARY };
    return JSON.stringify(request.messages).length > 20_000 ? { refusal } : { text: 'noted' };
  });
  const threadId = await newThread();
  const { events } = await askUntilSummarized(model, threadId);
  expect(types(events)).not.toContain('ThreadTruncated');
  expect(chat.asked(model).at(-1)!.messages[0]!.content).toContain(SUMMARY);
});
