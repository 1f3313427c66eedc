import { expect, test } from 'vitest';
import { data, type TaskEvent } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { follow, ORCHESTRATION_EVENTS, scriptPair, start, verdict } from './orchestra.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const ann = fixture(() => server.newUser());

const facts = (events: readonly TaskEvent[]) => events.filter(({ seq }) => seq > 0);

test('a subscriber that comes back with any seq gets exactly the rest', async () => {
  const { author, evaluator } = scriptPair(vendor, ['One two.', 'Three four.'], [verdict(3), verdict(9)]);
  const id = await start(ann, { preferredModels: [author, evaluator] });
  const whole = facts(await follow(ann, id));
  expect(whole.map(({ seq }) => seq)).toEqual(whole.map((_, index) => index + 1));
  for (let after = 0; after <= whole.length; after += 1) {
    const [state, ...rest] = await follow(ann, id, after);
    expect(state).toMatchObject({ seq: 0, task: null, orchestration: { id, status: 'COMPLETED' } });
    expect(rest).toEqual(whole.slice(after));
  }
});

test('one that comes and goes while it runs misses nothing and sees nothing twice', async () => {
  const verdicts = [verdict(3), verdict(9)].map((text) => ({ text }));
  const [author, evaluator] = ['gpt-4o@key=pieces,itl=2', 'gpt-4.1@key=pieces,itl=2'];
  vendor.scripts.set(author!, [{ text: 'word '.repeat(60) }, { text: 'better '.repeat(60) }]);
  vendor.scripts.set(evaluator!, verdicts);
  const id = await start(ann, { preferredModels: [author, evaluator] });
  const atOnce = follow(ann, id);
  const seen: TaskEvent[] = [];
  while (seen.at(-1)?.__typename !== 'RunCompleted') {
    let stay = 7;
    for await (const payload of ann.subscribe(ORCHESTRATION_EVENTS, { id, after: seen.at(-1)?.seq ?? 0 })) {
      const event = data(payload).orchestrationEvents as TaskEvent;
      if (event.seq > 0) seen.push(event);
      if (stay-- <= 0 || event.__typename === 'RunCompleted') break;
    }
  }
  expect(seen).toEqual(facts(await atOnce));
});

test('an `after` beyond the log is a BAD_CURSOR; a task’s id names no orchestration', async () => {
  const { author, evaluator } = scriptPair(vendor, ['One.'], [verdict(9)]);
  const id = await start(ann, { preferredModels: [author, evaluator] });
  const whole = await follow(ann, id);
  const task = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=2' });
  const asked = [
    [id, whole.at(-1)!.seq + 1, 'BAD_CURSOR'],
    [id, -1, 'BAD_CURSOR'],
    [task, 0, 'NOT_FOUND'],
  ] as const;
  for (const [of, after, code] of asked) {
    const subscription = ann.subscribe(ORCHESTRATION_EVENTS, { id: of, after });
    const answers = await Array.fromAsync(subscription).catch((errors) => [{ errors }]);
    expect(answers).toMatchObject([{ errors: [{ extensions: { code } }] }]);
  }
});
