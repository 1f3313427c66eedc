import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Computation, createComputation } from '../../src/computation/computation.ts';
import { createPool, Starved } from '../../src/computation/pool.ts';

const ENDLESS = '{% for i in (1..4000) %}{% for j in (1..4000) %}{% endfor %}{% endfor %}';
const SLOW = '{% for i in (1..700) %}{% for j in (1..700) %}{% endfor %}{% endfor %}';

/** Accounts may compute as much as they like, but for tests of just that. */
const UNLIMITED = 1_000_000;

let computation: Computation;
beforeAll(() => {
  computation = createComputation(UNLIMITED);
});
afterAll(() => computation.stop());

const texts = (...given: string[]) => ({
  texts: given.map((text, index) => ({ field: `t${index}`, text })),
  scope: { a: 'A' },
});

test('what is computed comes back', async () => {
  const rendered = await computation.ofRuns('ann')('texts', texts('<{{ a }}>', '{{ b }}'));
  expect(rendered).toEqual({
    t0: { text: '<A>' },
    t1: { problem: expect.stringContaining('undefined variable: b') },
  });
});

describe('what takes too long is ended, and named', () => {
  const long = 'x'.repeat(500_000);
  const step = (more: object) => ({
    id: 'a',
    templateParameters: {},
    dependsOn: [],
    condition: null,
    forEach: null,
    task: 'x',
    responseSchema: null,
    ...more,
  });
  const $defs = Object.fromEntries(
    Array.from({ length: 60 }, (_, n) => [
      `d${n + 1}`,
      { allOf: [{ $ref: `#/$defs/d${n}` }, { $ref: `#/$defs/d${n}` }] },
    ]),
  );

  test('a single text', async () => {
    const slow = computation.ofRuns('ann')('texts', { texts: [{ field: 'x', text: ENDLESS }], scope: {} });
    await expect(slow).rejects.toMatchObject({ name: 'TooComplex', field: 'x' });
  });

  test('many texts that are slow together', async () => {
    const slow = computation.ofRuns('ann')('texts', texts(...Array.from({ length: 200 }, () => SLOW)));
    await expect(slow).rejects.toMatchObject({ name: 'TooComplex', field: expect.stringMatching(/^t\d+$/) });
  });

  test('a check by a schema', async () => {
    const schema = { $defs: { d0: {}, ...$defs }, $ref: '#/$defs/d60' };
    const slow = computation.ofRuns('ann')('answer', { schema, text: '{}' });
    await expect(slow).rejects.toMatchObject({ name: 'TooComplex' });
  });

  test('a definition', async () => {
    const steps = Array.from({ length: 100 }, (_, n) =>
      step({ id: `s${n}`, task: '{{ input.a }}'.repeat(7_000) }),
    );
    const slow = computation.ofRuns('ann')('workflow', steps as never);
    await expect(slow).rejects.toMatchObject({
      name: 'TooComplex',
      field: expect.stringMatching(/^steps\.\d+\.task$/),
    });
  });

  test('what takes too much memory', async () => {
    const all = Array.from({ length: 39 }, (_, n) => `{% assign l${n} = long | split: "" %}`).join('');
    const large = computation.ofRuns('ann')('texts', { texts: [{ field: 'x', text: all }], scope: { long } });
    await expect(large).rejects.toMatchObject({ name: 'TooComplex', field: 'x' });
  });
});

test('the computations of a request have one allowance together, those of another have their own', async () => {
  const request = computation.ofRequest('bob');
  await expect(request('texts', texts(ENDLESS))).rejects.toMatchObject({ name: 'TooComplex' });
  await expect(request('texts', texts('{{ a }}'))).rejects.toMatchObject({ name: 'TooComplex' });
  await expect(computation.ofRequest('bob')('texts', texts('{{ a }}'))).resolves.toEqual({
    t0: { text: 'A' },
  });
});

test('an account has an allowance over time, which what is refused takes from, too', async () => {
  const strict = createComputation(0.01);
  try {
    await expect(strict.ofRequest('ann')('texts', texts(ENDLESS))).rejects.toMatchObject({
      name: 'TooComplex',
    });
    await expect(strict.ofRequest('ann')('texts', texts('{{ a }}'))).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfter: expect.any(Number) },
    });
    await expect(strict.ofRequest('bob')('texts', texts('{{ a }}'))).resolves.toBeDefined();
    await expect(strict.ofRuns('ann')('texts', texts('{{ a }}'))).resolves.toBeDefined();
  } finally {
    await strict.stop();
  }
});

describe('what the machine gives no processor time to', () => {
  /** Less than it takes to start a thread. */
  const AT_ONCE_MS = 20;

  test('is unavailable for a request, and not too complex', async () => {
    const starved = createComputation(UNLIMITED, AT_ONCE_MS);
    try {
      await expect(starved.ofRequest('ann')('texts', texts('{{ a }}'))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        details: { retryAfter: expect.any(Number) },
      });
    } finally {
      await starved.stop();
    }
  });

  test('is tried again for a run', async () => {
    const starved = createComputation(UNLIMITED, AT_ONCE_MS);
    try {
      await expect(starved.ofRuns('ann')('texts', texts('{{ a }}'))).resolves.toEqual({ t0: { text: 'A' } });
    } finally {
      await starved.stop();
    }
  });

  test('is unavailable as well when it has begun, and has not spent what it may', async () => {
    const pool = createPool(1, 2_000);
    try {
      const slow = pool.run('texts', { texts: [{ field: 'x', text: ENDLESS }], scope: {} }, 3_600_000);
      await expect(slow).rejects.toThrow(Starved);
    } finally {
      await pool.stop();
    }
  });
});

test('one account does not keep the others waiting, and its terminated threads are replaced', async () => {
  const order: string[] = [];
  const slow = Array.from({ length: 6 }, () =>
    computation
      .ofRequest('mallory')('texts', texts(ENDLESS))
      .catch(({ name }) => order.push(name)),
  );
  await computation.ofRequest('ann')('texts', texts('{{ a }}'));
  order.push('ann');
  await Promise.all(slow);
  expect(order.indexOf('ann')).toBeLessThan(2);
  expect(order).toHaveLength(7);
  await expect(computation.ofRequest('mallory')('texts', texts('{{ a }}'))).resolves.toBeDefined();
});

test('more of an account than can wait is refused', async () => {
  const all = Array.from({ length: 150 }, () => computation.ofRequest('carl')('texts', texts('{{ a }}')));
  const ends = await Promise.allSettled(all);
  const refused = ends.filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.every((one) => (one as PromiseRejectedResult).reason.code === 'RATE_LIMITED')).toBe(true);
});
