import { beforeAll, expect, test } from 'vitest';
import { data, type TaskEvent } from '../../harness/client.ts';
import { startDeployment } from '../../harness/deployment.ts';
import { fixture } from '../../harness/fixture.ts';
import type { Polyphony } from '../../harness/process.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import {
  follow,
  ORCHESTRATION_EVENTS,
  read,
  start,
  typesOf,
  verdict,
} from '../../orchestrations/orchestra.ts';

let worker: Polyphony;

const vendor = fixture(startVendor);
const deployment = fixture(() => startDeployment({ OPENAI_BASE_URL: `${vendor.url}/v1` }));
const ann = fixture(() => deployment.ann);
beforeAll(async () => {
  worker = await deployment.startWorker();
});

const words = (word: string) => `${word} `.repeat(60);
const slow = (name: string) => `gpt-4o@key=${name},itl=15`;

/** Resolves in the middle of the text of the call that follows the `nth` event of a type. */
async function textAfter(id: string, type: string, nth: number): Promise<void> {
  let left = nth;
  for await (const payload of ann.subscribe(ORCHESTRATION_EVENTS, { id })) {
    const event = data(payload).orchestrationEvents as TaskEvent;
    if (left === 0 && event.__typename === 'TokensGenerated') return;
    if (event.__typename === type) left -= 1;
  }
}

const callsTo = (model: string) => vendor.requests.filter(({ body }) => body.model === model).length;

test.each([
  { when: 'the first answer', type: 'ModelSelected', nth: 1, calls: { author: 3, evaluator: 2 } },
  { when: 'the first evaluation', type: 'ResponseGenerated', nth: 1, calls: { author: 2, evaluator: 3 } },
  { when: 'the second answer', type: 'ModelSelected', nth: 2, calls: { author: 3, evaluator: 2 } },
  { when: 'the second evaluation', type: 'ResponseGenerated', nth: 2, calls: { author: 2, evaluator: 3 } },
])(
  'kill -9 in the middle of $when: it goes on there, and no finished call is made twice',
  async ({ when, type, nth, calls }) => {
    const key = when.replaceAll(' ', '-');
    const [author, evaluator] = [slow(`author-${key}`), slow(`evaluator-${key}`)];
    // What is asked for twice is answered twice.
    const twice = (texts: string[], isAgain: boolean) =>
      texts
        .flatMap((text, index) => (isAgain && index === nth - 1 ? [text, text] : [text]))
        .map((text) => ({ text }));
    vendor.scripts.set(author, twice([words('one'), words('two')], type === 'ModelSelected'));
    const verdicts = [verdict(4, words('more')), verdict(9, words('good'))];
    vendor.scripts.set(evaluator, twice(verdicts, type === 'ResponseGenerated'));

    const id = await start(ann, { preferredModels: [author, evaluator] });
    const following = follow(ann, id);
    await textAfter(id, type, nth);
    await worker.kill();
    worker = await deployment.startWorker();

    const events = (await following).slice(1);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect({ author: callsTo(author), evaluator: callsTo(evaluator) }).toEqual(calls);
    const restarts = events.filter(({ __typename: name }) => name === 'AttemptStarted');
    expect(restarts).toMatchObject([{ restart: 'RESUMED' }]);
    const started = events
      .filter(({ __typename: name }) => name === 'ModelCallStarted')
      .map(({ callId }) => callId);
    const completed = events
      .filter(({ __typename: name }) => name === 'ModelCallCompleted')
      .map(({ callId }) => callId);
    expect(started).toHaveLength(5);
    expect(started.filter((call) => !completed.includes(call))).toEqual([restarts[0]!.voidCallId]);
    expect(
      typesOf(events).filter(
        (name) => /Selected|Generated$|Evaluation/.test(name) && !name.startsWith('Tokens'),
      ),
    ).toEqual([
      ...['ModelSelected', 'ResponseGenerated', 'EvaluationCompleted'],
      ...['ModelSelected', 'ResponseGenerated', 'EvaluationCompleted'],
    ]);
    expect(await read(ann, id)).toMatchObject({
      status: 'COMPLETED',
      iterations: 2,
      finalScore: 9,
      finalResponse: words('two'),
      attempt: 2,
      costComplete: false,
      rounds: [{ score: 4, response: words('one') }, { score: 9 }],
    });
  },
  60_000,
);
