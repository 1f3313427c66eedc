import { describe, expect, test } from 'vitest';
import { call, startAgent } from '../agents/script.ts';
import { data, errorCode, TASK_EVENTS } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

interface Part {
  seq: number;
  text: string;
  isRestart: boolean;
}

const TEXT = `subscription ($id: ID!, $after: Int) { text(taskId: $id, after: $after) { seq text isRestart } }`;
const ANSWER = 'status output data finishReason success summary reasoning lastSeq result';
const answerOf = async (id: string) =>
  data(await ann.query(`query ($id: ID!) { task(id: $id) { ${ANSWER} } }`, { id })).task;

async function partsOf(stream: AsyncIterable<never>): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const payload of stream) parts.push(data(payload).text);
  return parts;
}
const parts = (id: string, after?: number) =>
  partsOf(ann.subscribe(TEXT, { id, after }) as AsyncIterable<never>);

/** As a client shows it. */
const shown = (all: readonly Part[], before = '') =>
  all.reduce((text, part) => (part.isRestart ? part.text : text + part.text), before);

/** What a client that stops after any part and resumes there has shown in the end. */
async function resumedAnywhere(id: string, all: readonly Part[]): Promise<string[]> {
  const texts: string[] = [];
  for (const [index, { seq }] of all.entries())
    texts.push(shown(await parts(id, seq), shown(all.slice(0, index + 1))));
  return texts;
}

describe('the subscription text', () => {
  const ways = [
    ['over a socket', (id: string) => ann.subscribe(TEXT, { id })],
    ['as server-sent events', (id: string) => ann.subscribeSse(TEXT, { id })],
  ] as const;

  test.each(ways)('says where an answer begins anew, %s', async (way, follow) => {
    const model = `gpt-4o@fault=cut,times=1,itl=50,at=4,key=${way.replaceAll(' ', '-')}`;
    const id = await ann.createTask({ prompt: 'x', model });
    const live = await partsOf(follow(id) as AsyncIterable<never>);
    const { output } = await answerOf(id);
    expect(live.filter(({ isRestart }) => isRestart)).toHaveLength(1);
    expect(live[0]).toMatchObject({ isRestart: false });
    expect(shown(live)).toBe(output);
    expect(new Set(await resumedAnywhere(id, live))).toEqual(new Set([output]));
  });

  test('begins with the text that stands, however many attempts there were', async () => {
    const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@fault=cut,times=1,at=4,key=late' });
    await ann.events(id);
    const late = await parts(id);
    expect(late.every(({ isRestart }) => !isRestart)).toBe(true);
    expect(shown(late)).toBe((await answerOf(id)).output);
  });

  test('begins anew with each answer of an agent', async () => {
    const model = 'gpt-4o@itl=20,key=two-answers';
    vendor.scripts.set(model, [
      { text: 'First a look.', ...call('list_files', {}) },
      { text: 'There is nothing here.' },
    ]);
    const id = await startAgent(ann, model);
    const live = await parts(id);
    expect(live.filter(({ isRestart }) => isRestart)).toHaveLength(1);
    expect(shown(live)).toBe('There is nothing here.');
    expect(new Set(await resumedAnywhere(id, live))).toEqual(new Set(['There is nothing here.']));
    expect(await answerOf(id)).toMatchObject({ output: 'There is nothing here.', success: true });
  });

  test('ends at once for a client that has all of a task that has ended', async () => {
    const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=1' });
    await ann.events(id);
    const { lastSeq } = await answerOf(id);
    expect(await parts(id, lastSeq)).toEqual([]);
  });

  test('refuses a position that the log does not have', async () => {
    const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=1' });
    await ann.events(id);
    for (const after of [-1, 10_000]) {
      const { value } = await ann.subscribe(TEXT, { id, after }).next();
      expect(errorCode(value)).toBe('BAD_CURSOR');
    }
  });
});

describe('the answer of a task', () => {
  test('is null before there is any text', async () => {
    const id = await ann.createTask({ prompt: 'x', hold: true });
    expect(await answerOf(id)).toMatchObject({
      output: null,
      data: null,
      finishReason: null,
      success: null,
      summary: null,
    });
  });

  test('grows while the task runs, as of its lastSeq, and stays when the task is cancelled', async () => {
    const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@fault=stall,at=3' });
    const texts: string[] = [];
    for await (const payload of ann.subscribe(TASK_EVENTS, { id })) {
      const event = data(payload).taskEvents;
      if (event.__typename !== 'TokensGenerated') continue;
      texts.push(event.text);
      const { output, lastSeq } = await answerOf(id);
      if (lastSeq === event.seq) expect(output).toBe(texts.join(''));
      if (texts.join('').split(' ').length > 3) break;
    }
    await ann.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', { id });
    expect(await answerOf(id)).toMatchObject({ status: 'CANCELLED', output: texts.join('') });
  });

  test('has the parsed data and the reason why the model stopped', async () => {
    const model = 'gpt-4o@key=data';
    vendor.scripts.set(model, [{ text: '{"city":"Bern"}' }]);
    const responseSchema = { type: 'object', required: ['city'] };
    const id = await ann.createTask({ prompt: 'x', model, responseSchema });
    await ann.events(id);
    expect(await answerOf(id)).toMatchObject({
      output: '{"city":"Bern"}',
      data: { city: 'Bern' },
      finishReason: 'STOP',
    });
  });

  test('is in lists as well', async () => {
    const bob = await server.newUser();
    const done = await bob.createTask({ prompt: 'x', model: 'gpt-4o@tokens=2' });
    await bob.events(done);
    await bob.createTask({ prompt: 'x', hold: true });
    const { tasks } = data(await bob.query('{ tasks { nodes { output finishReason } } }'));
    const { output } = data(
      await bob.query('query ($id: ID!) { task(id: $id) { output } }', { id: done }),
    ).task;
    expect(tasks.nodes).toEqual([
      { output: null, finishReason: null },
      { output, finishReason: 'STOP' },
    ]);
  });
});

test('the current state has the text up to the position from which a client continues', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=40,itl=10' });
  const all = await parts(id);
  const document = `subscription ($id: ID!, $after: Int) { runEvents(runId: $id, after: $after) {
    ... on CurrentState { text } ... on TokensGenerated { piece: text } } }`;
  for (const { seq } of [...all.slice(0, 3), all.at(-1)!]) {
    let text = '';
    for await (const payload of ann.subscribe(document, { id, after: seq })) {
      const { runEvents } = data(payload);
      text += runEvents.text ?? runEvents.piece ?? '';
    }
    expect(text).toBe(shown(all));
  }
});
