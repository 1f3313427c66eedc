import { expect, test } from 'vitest';
import type { Compute } from '../../../src/computation/computation.ts';
import { AnswersNeeded, findAnswers } from '../../../src/engine/workflows/answers.ts';
import { TooComplex } from '../../../src/rules/liquid/watch.ts';
import type { StepQuestion } from '../../../src/rules/workflows/liquid.ts';

const question = (key: string) => ({ kind: 'task', key, asked: { prompt: '' }, more: null }) as StepQuestion;

/** A thread whose time ends in the second question of any computation, and with `endless` in that one alone. */
function slowThread(endless: string | null) {
  const computed: string[][] = [];
  const compute = (async (_name: string, { questions }: { questions: readonly StepQuestion[] }) => {
    const keys = questions.map(({ key }) => key);
    computed.push(keys);
    const [first, second] = keys;
    if (first === endless) throw new TooComplex(first!);
    if (second !== undefined) throw new TooComplex(second);
    return keys.map((key) => [key, { prompt: key }]);
  }) as unknown as Compute;
  return { compute, computed };
}

const needed = (keys: string[]) => new AnswersNeeded(keys.map(question), { steps: {} } as never, 'owner');

test('texts that are slow together, and not alone, all get their answer', async () => {
  const { compute, computed } = slowThread(null);
  const answers = await findAnswers(compute, needed(['a', 'b', 'c']));
  expect(Object.fromEntries(answers)).toEqual({
    a: { prompt: 'a' },
    b: { prompt: 'b' },
    c: { prompt: 'c' },
  });
  expect(computed).toEqual([['a', 'b', 'c'], ['b'], ['a', 'c'], ['c'], ['a']]);
});

test('one that is too slow alone is refused, and the others are not', async () => {
  const { compute } = slowThread('b');
  const answers = await findAnswers(compute, needed(['a', 'b']));
  expect(answers.get('b')).toEqual({ problem: expect.any(String) });
  expect(answers.get('a')).toEqual({ prompt: 'a' });
});

/** A thread that answers everything. */
function quickThread() {
  const computed: { questions: readonly StepQuestion[]; scope: object }[] = [];
  const compute = (async (_name: string, given: (typeof computed)[number]) => {
    computed.push(given);
    return given.questions.map(({ key }) => [key, { prompt: key }]);
  }) as unknown as Compute;
  return { compute, computed };
}

const members = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]));

test.each([
  { what: 'as much as a request may send', input: { list: Array(70_000).fill(0), map: members(20_000) } },
  { what: 'some long outputs', input: Array(4).fill('x'.repeat(1_000_000)) },
])('$what is read', async ({ input }) => {
  const { compute } = quickThread();
  const answers = await findAnswers(
    compute,
    new AnswersNeeded([question('a')], { steps: {}, input } as never, 'owner'),
  );
  expect(answers.get('a')).toEqual({ prompt: 'a' });
});

test.each([
  { what: 'an object of many members', input: members(40_000), problem: /members/ },
  { what: 'many values', input: Array(130_000).fill(0), problem: /120000 values/ },
  { what: 'long texts', input: 'x'.repeat(6_000_000), problem: /5000000 characters/ },
])('$what, which would hold up everything else, is not handed to a thread', async ({ input, problem }) => {
  const { compute, computed } = quickThread();
  const answers = await findAnswers(
    compute,
    new AnswersNeeded([question('a')], { steps: {}, input } as never, 'owner'),
  );
  expect(answers.get('a')).toEqual({ problem: expect.stringMatching(problem) });
  expect(computed).toEqual([]);
});

test('items are handed to threads in parts', async () => {
  const { compute, computed } = quickThread();
  const questions = Array.from({ length: 100 }, (_, index) => ({
    ...question(`q${index}`),
    more: { item: 'x'.repeat(40_000), index },
  })) as StepQuestion[];
  const answers = await findAnswers(compute, new AnswersNeeded(questions, { steps: {} } as never, 'owner'));
  expect(answers.size).toBe(100);
  expect(computed.flatMap((part) => part.questions.map(({ key }) => key))).toEqual(
    questions.map(({ key }) => key),
  );
  for (const part of computed) expect(JSON.stringify(part.questions).length).toBeLessThan(600_000);
});
