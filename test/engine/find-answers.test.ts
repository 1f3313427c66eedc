import { expect, test } from 'vitest';
import type { Compute } from '../../src/computation/computation.ts';
import { AnswersNeeded, findAnswers } from '../../src/engine/workflow/answers.ts';
import { TooComplex } from '../../src/rules/watch.ts';
import type { StepQuestion } from '../../src/rules/workflow-liquid.ts';

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
  expect(answers.get('b')).toEqual({ fault: expect.any(String) });
  expect(answers.get('a')).toEqual({ prompt: 'a' });
});
