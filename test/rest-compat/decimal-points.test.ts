import { expect, test } from 'vitest';
import { z } from 'zod';
import { decimalPoints } from '../../src/rest-compat/handling/decimal-points.ts';

const shape = z.object({
  cost: z.number(),
  least: z.number().min(0),
  count: z.int(),
  small: z.int32(),
  score: z.number().nullable(),
  absent: z.number().optional(),
  items: z.array(z.object({ seconds: z.number() })),
  by_id: z.record(z.string(), z.object({ rate: z.number().nullable() })),
  either: z.object({ output: z.string() }).or(z.object({ price: z.number() })),
  anything: z.record(z.string(), z.unknown()),
});

test('whole numbers are written with a decimal point where the shape has no integer, and nowhere else', () => {
  const mark = decimalPoints(shape);
  const answer = {
    cost: 1,
    least: 0,
    count: 2,
    small: 3,
    score: null,
    items: [{ seconds: 120 }, { seconds: 0.5 }],
    by_id: { a: { rate: 1 }, b: { rate: null } },
    either: { price: 4 },
    anything: { depth: 3 },
  };
  expect(JSON.stringify(mark(answer))).toBe(
    '{"cost":1.0,"least":0.0,"count":2,"small":3,"score":null,"items":[{"seconds":120.0},{"seconds":0.5}],' +
      '"by_id":{"a":{"rate":1.0},"b":{"rate":null}},"either":{"price":4.0},"anything":{"depth":3}}',
  );
});

test.each([
  [1e21, '1e+21'],
  [2 ** 53, '9007199254740992.0'],
  [-3, '-3.0'],
  [-0, '0.0'],
  [Number.NaN, 'null'],
])('%d is %s', (given, expected) => {
  expect(JSON.stringify(decimalPoints(z.number())(given))).toBe(expected);
});

test('an answer without such numbers stays the same object', () => {
  const answer = { count: 1 };
  expect(decimalPoints(z.object({ count: z.int() }))(answer)).toBe(answer);
  expect(decimalPoints(null)(answer)).toBe(answer);
});
