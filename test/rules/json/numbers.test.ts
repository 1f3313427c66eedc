import { expect, test } from 'vitest';
import { unkeptNumber } from '../../../src/rules/json/numbers.ts';

test.each([
  ['{"a":9007199254740993}', 'a'],
  ['{"a": [1, {"b" : -7615917337495251231 }]}', 'a.1.b'],
  ['{"variables":{"input":{"taskParameters":{"id":7615917337495251231}}}}', 'input.taskParameters.id'],
  ['[1e400]', '0'],
  ['{"a":-1E+999}', 'a'],
  ['{"a":1e-400}', 'a'],
  ['12345678901234567890123', 'body'],
])('%s is refused at %s', (text, field) => {
  expect(unkeptNumber(text)).toMatchObject({
    code: 'VALIDATION_ERROR',
    details: { field },
    message: expect.stringMatching(/must be a number that JSON can hold/),
  });
});

test.each([
  '{"a":9007199254740991}',
  '{"a":-9007199254740991}',
  '{"a":9007199254740992}',
  '{"a":1e21,"b":100000000000000000000,"c":1.5e300}',
  '{"a":"7615917337495251231"}',
  '{"a":"x: 7615917337495251231, y"}',
  '{"7615917337495251231":1}',
  '{"a":0.1,"b":3.14159265358979,"c":0e500,"d":-0}',
  '{"a":7615917337495251231',
])('%s passes', (text) => {
  expect(unkeptNumber(text)).toBeNull();
});

test('takes no time where nothing is wrong', () => {
  const text = JSON.stringify(
    Array.from({ length: 200_000 }, (_, n) => ({ id: `${n}7615917337495251231`, n })),
  );
  const before = process.cpuUsage();
  expect(unkeptNumber(text)).toBeNull();
  expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
});
