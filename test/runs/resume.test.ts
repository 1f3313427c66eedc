import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Client, data, rebuildText, TASK_EVENTS, type TaskEvent } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

const facts = (events: readonly TaskEvent[]) => events.filter(({ seq }) => seq > 0);

test('a subscriber that comes back with any seq of a finished run gets exactly the rest', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=30,itl=2' });
  const whole = facts(await ann.events(id));
  expect(whole.map(({ seq }) => seq)).toEqual(whole.map((_, index) => index + 1));
  for (let after = 0; after <= whole.length; after += 1) {
    const [state, ...rest] = await ann.events(id, after);
    expect(state).toMatchObject({ __typename: 'CurrentState', seq: 0, task: { status: 'COMPLETED' } });
    expect(rest).toEqual(whole.slice(after));
  }
});

/** Follows a run, leaving after each of `stays` events and coming back with the last seq. */
async function followInPieces(client: Client, id: string, stays: readonly number[]): Promise<TaskEvent[]> {
  const seen: TaskEvent[] = [];
  for (let visit = 0; ; visit += 1) {
    let left = stays[visit % stays.length]!;
    const after = facts(seen).at(-1)?.seq ?? 0;
    for await (const payload of client.subscribe(TASK_EVENTS, { id, after })) {
      const event = data(payload).taskEvents as TaskEvent;
      if (event.seq > 0) seen.push(event);
      if (event.__typename.startsWith('Run') && ['RunCompleted', 'RunFailed'].includes(event.__typename))
        return seen;
      if (left-- <= 0) break;
    }
  }
}

test('a subscriber that comes and goes while the run streams misses nothing and sees nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 6 }),
      async (stays) => {
        const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=120,itl=1' });
        const [inPieces, atOnce] = await Promise.all([followInPieces(ann, id, stays), ann.events(id)]);
        expect(inPieces).toEqual(facts(atOnce));
        expect(rebuildText(inPieces)).toBe(answerText(120));
      },
    ),
    { numRuns: 15 },
  );
});

test('twenty subscribers of one run see the same log', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=200,itl=1' });
  const logs = await Promise.all(Array.from({ length: 20 }, () => ann.events(id)));
  for (const log of logs) expect(facts(log)).toEqual(facts(logs[0]!));
  expect(rebuildText(logs[0]!)).toBe(answerText(200));
});

test('an `after` beyond the log is a BAD_CURSOR', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=2' });
  const whole = await ann.events(id);
  for (const after of [whole.at(-1)!.seq + 1, -1]) {
    const answers = await Array.fromAsync(ann.subscribe(TASK_EVENTS, { id, after })).catch((errors) => [
      { errors },
    ]);
    expect(answers).toMatchObject([{ errors: [{ extensions: { code: 'BAD_CURSOR', field: 'after' } }] }]);
  }
});

test('`tokens` gives the plain text from the beginning of the attempt, then completes', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=60,itl=1' });
  const pieces: string[] = [];
  for await (const payload of ann.subscribe('subscription ($id: ID!) { tokens(taskId: $id) }', { id })) {
    pieces.push(data(payload).tokens);
  }
  expect(pieces.join('')).toBe(answerText(60));
});

test('characters that the vendor cuts in two arrive whole', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=40,split=1' });
  expect(rebuildText(await ann.events(id))).toBe(answerText(40));
  const halves = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=40,surrogate=1,itl=1' });
  const text = rebuildText(await ann.events(halves));
  expect(text.isWellFormed()).toBe(true);
  expect(text).toBe((await ann.task(halves)).result.output);
  expect(text).not.toContain('\uFFFD');
});
