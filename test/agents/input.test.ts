import { describe, expect, test } from 'vitest';
import { data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { runIdOf } from '../harness/lease.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { call, createScripts, ofType, results, say, seen, startAgent, types } from './script.ts';

const vendor = fixture(startVendor);
// One slot: a task that waits must not hold it.
const server = fixture(() =>
  startTestServer({
    variables: {
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      WORKER_CONCURRENCY: '1',
    },
  }),
);
const ann = fixture(() => server.newUser());
const scripts = createScripts(vendor);

const asking = call('ask_user', { question: 'Red or blue?' });
const said = (messages: { role: string; content: string }[] | undefined) =>
  messages?.filter(({ role }) => role === 'user').map(({ content }) => content);

describe('a question', () => {
  test('has the task wait without a slot, and the answer is its result', async () => {
    const model = scripts.model([asking, { text: 'Red it is' }]);
    const id = await startAgent(ann, model);
    const following = ann.events(id);
    expect(await seen(ann, id, 'InputRequested')).toMatchObject({ question: 'Red or blue?' });
    expect(await ann.task(id)).toMatchObject({
      status: 'WAITING',
      toolCalls: [{ tool: 'ask_user', output: null, isError: null }],
    });

    const other = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=3' });
    expect((await ann.events(other)).at(-1)!.__typename).toBe('RunCompleted');
    const { rows } = await server.store.database.pool.query(
      'select count(*)::int as jobs from graphile_worker.jobs where key = $1',
      [`run:${Buffer.from(id, 'base64url').toString().slice('Task:'.length)}`],
    );
    expect(rows).toEqual([{ jobs: 0 }]);

    const answer = await say(ann, id, 'Red');
    expect(data(answer).provideTaskInput.task).toEqual({ id, status: 'QUEUED' });
    const events = await following;
    expect(
      types(events.slice(events.findIndex(({ __typename }) => __typename === 'ToolCallStarted'))),
    ).toEqual([
      'ToolCallStarted',
      'InputRequested',
      'InputProvided',
      'RunResumed',
      'ToolCallCompleted',
      'ModelCallStarted',
      ...types(ofType(events, 'TokensGenerated')),
      'ModelCallCompleted',
      'ArtifactSaved',
      'ArtifactSaved',
      'ProgressMade',
      'RunCompleted',
    ]);
    expect(events.at(-1)).toMatchObject({ attempt: 1, result: { summary: 'Red it is' } });
    expect(results(scripts.asked(model))).toEqual(['Red']);
  });

  test('is not waited for when a person had spoken already', async () => {
    const model = scripts.model([{ text: 'word '.repeat(100), ...asking }, { text: 'done' }], 'itl=10');
    const id = await startAgent(ann, model);
    await seen(ann, id, 'TokensGenerated');
    await say(ann, id, 'Blue, if you wonder');
    const events = await ann.events(id);
    expect(ofType(events, 'InputRequested')).toHaveLength(1);
    expect(ofType(events, 'RunResumed')).toHaveLength(0);
    expect(results(scripts.asked(model))).toEqual(['Blue, if you wonder']);
  });

  test('may be answered in several pieces; each is told once', async () => {
    const model = scripts.model([asking, { text: 'done' }, { text: 'done again' }, { text: 'and again' }]);
    const id = await startAgent(ann, model);
    await seen(ann, id, 'InputRequested');
    await Promise.all(['a', 'b', 'c'].map((piece) => say(ann, id, piece)));
    await ann.events(id);
    const all = scripts.asked(model).at(-1)!;
    const told = [...results([all]), ...said(all)!.slice(1)].flatMap((text) => text.split('\n\n'));
    expect(told.toSorted()).toEqual(['a', 'b', 'c']);
  });

  test('does not use up the time of the task', async () => {
    const made = await ann.query(
      `mutation { createAgent(input: { name: "Hasty", limits: { timeoutSeconds: 2 } }) { agent { id } } }`,
    );
    const model = scripts.model([asking, { text: 'done' }]);
    const id = await startAgent(ann, model, { agentId: data(made).createAgent.agent.id });
    await seen(ann, id, 'InputRequested');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await say(ann, id, 'Red');
    expect((await ann.events(id)).at(-1)!.__typename).toBe('RunCompleted');
  });

  test('has those that wait for the task wait, too', async () => {
    const id = await startAgent(ann, scripts.model([asking, { text: 'done' }]));
    const next = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=1', dependsOn: [id] });
    await seen(ann, id, 'InputRequested');
    expect(await ann.task(next)).toMatchObject({ status: 'QUEUED', attempt: 0 });
    await say(ann, id, 'Red');
    expect((await ann.events(next)).at(-1)!.__typename).toBe('RunCompleted');
  });

  test('a task that waits cannot be retried or changed, and can be deleted', async () => {
    const id = await startAgent(ann, scripts.model([asking]));
    await seen(ann, id, 'InputRequested');
    const change = (mutation: string, more = '') =>
      ann.query(`mutation { ${mutation}(input: { id: "${id}" ${more} }) { __typename } }`);
    for (const [mutation, more] of [
      ['retryTask'],
      ['executeTask'],
      ['updateTask', ', prompt: "y"'],
    ] as const) {
      expect(errorCode(await change(mutation, more))).toBe('INVALID_STATE');
    }
    data(await change('deleteTask'));
    expect(errorCode(await say(ann, id, 'Red'))).toBe('NOT_FOUND');
  });
});

describe('what a person says without being asked', () => {
  test('before the task starts: it stands after the prompt', async () => {
    const model = scripts.model([{ text: 'done' }]);
    const id = await startAgent(ann, model, { hold: true });
    expect(data(await say(ann, id, 'Be brief')).provideTaskInput.task.status).toBe('PENDING');
    data(await ann.query(`mutation { executeTask(input: { id: "${id}" }) { task { id } } }`));
    await ann.events(id);
    expect(scripts.asked(model).map(said)).toEqual([['Do it', 'Be brief']]);
  });

  test('during a turn: the next one is told, and no turn after that again', async () => {
    const command = call('terminal', { command: 'true' });
    const model = scripts.model(
      [{ text: 'word '.repeat(100), ...command }, command, { text: 'done' }],
      'itl=10',
    );
    const id = await startAgent(ann, model);
    await seen(ann, id, 'TokensGenerated');
    expect(data(await say(ann, id, 'Be brief')).provideTaskInput.task.status).toBe('RUNNING');
    const events = await ann.events(id);
    expect(ofType(events, 'InputProvided')).toMatchObject([{ said: 'Be brief' }]);
    expect(scripts.asked(model).map(said)).toEqual([['Do it'], ['Do it', 'Be brief'], ['Do it', 'Be brief']]);
    expect(scripts.asked(model)[1]!.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'user',
    ]);
  });

  test.each([
    ['the last answer', { text: 'word '.repeat(100) }],
    ['the turn that finishes', { text: 'word '.repeat(100), ...call('finish', { summary: 'first' }) }],
  ])('during %s: the task goes on, and nothing is lost', async (_when, last) => {
    const model = scripts.model([last, { text: 'second' }], 'itl=10');
    const id = await startAgent(ann, model);
    await seen(ann, id, 'TokensGenerated');
    await say(ann, id, 'One more thing');
    const events = await ann.events(id);
    expect(events.at(-1)).toMatchObject({ __typename: 'RunCompleted', result: { summary: 'second' } });
    expect(scripts.asked(model).map(said)).toEqual([['Do it'], ['Do it', 'One more thing']]);
  });

  test('while the task leaves its artifacts: it changes nothing of the plan that is there', async () => {
    const steps = [
      { description: 'a', status: 'completed' },
      { description: 'b', status: 'pending' },
    ];
    // So that the comparison, which is saved after the plan, takes a while.
    const files = call('terminal', { command: 'for n in {1..2000}; do echo $n >$n; done' });
    const model = scripts.model([
      call('update_plan', { steps }),
      files,
      { text: 'first' },
      { text: 'second' },
    ]);
    const id = await startAgent(ann, model);
    await seen(ann, id, 'ArtifactSaved');
    data(await say(ann, id, 'One more thing'));
    expect((await ann.events(id)).at(-1)).toMatchObject({ result: { summary: 'second' } });
    const { rows } = await server.store.database.pool.query(
      `select convert_from(content, 'UTF8') as text from artifact where name = 'plan.json' and run_id = $1`,
      [runIdOf(id)],
    );
    expect(JSON.parse(rows[0].text).steps).toMatchObject(steps);
  });

  test('at any moment, by many at once: accepted and told exactly once and in order, or refused', async () => {
    const turns = Array.from({ length: 60 }, () => ({ text: 'a b c' }));
    const model = scripts.model(turns, 'itl=2');
    const id = await startAgent(ann, model);
    const following = ann.events(id);
    const answers = await Promise.all(
      Array.from({ length: 30 }, async (_, number) => {
        await new Promise((resolve) => setTimeout(resolve, number * 7));
        return say(ann, id, `said ${number}`);
      }),
    );
    const events = await following;
    const accepted = ofType(events, 'InputProvided').map((event) => event.said);
    expect(answers.filter(({ errors }) => !errors)).toHaveLength(accepted.length);
    expect(accepted.length).toBeGreaterThan(0);
    expect(said(scripts.asked(model).at(-1))).toEqual(['Do it', ...accepted]);
    for (const refused of answers.filter(({ errors }) => errors))
      expect(errorCode(refused)).toBe('INVALID_STATE');
  });

  test.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['U+0000', 'a\0'],
    ['half a character', '\uD800'],
    ['too much', 'x'.repeat(100_001)],
  ])('%s is refused with its field', async (_what, text) => {
    const id = await startAgent(ann, scripts.model([{ text: 'done' }]), { hold: true });
    const answer = await say(ann, id, text);
    expect(errorCode(answer)).toBe('VALIDATION_ERROR');
    expect(answer.errors![0]!.extensions.field).toBe('input.text');
  });

  test('is refused when a task has been told as much as it can hold', async () => {
    const id = await startAgent(ann, scripts.model([{ text: 'done' }]), { hold: true });
    const long = 'x'.repeat(100_000);
    for (let said = 0; said < 10; said += 1) data(await say(ann, id, long));
    const answer = await say(ann, id, 'x');
    expect(errorCode(answer)).toBe('INVALID_STATE');
    expect(answer.errors![0]!.message).toContain('1000000 characters');
    expect(await ann.task(id)).toMatchObject({ status: 'PENDING' });
  });

  test('is refused by a task without an agent, and by one that has ended', async () => {
    const prompt = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=1', hold: true });
    expect(errorCode(await say(ann, prompt, 'Hello'))).toBe('INVALID_STATE');
    const ended = await startAgent(ann, scripts.model([{ text: 'done' }]));
    await ann.events(ended);
    const log = await ann.events(ended);
    expect(errorCode(await say(ann, ended, 'Hello'))).toBe('INVALID_STATE');
    expect((await ann.events(ended)).slice(1)).toEqual(log.slice(1));
  });
});
