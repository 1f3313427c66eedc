import { describe, expect, test } from 'vitest';
import { checkParameters } from '../../../src/rules/templates/parameters.ts';
import type { TemplateParameter } from '../../../src/rules/templates/template.ts';

function parameter(name: string, more: Partial<TemplateParameter> = {}): TemplateParameter {
  const bare = { default: null, description: null, allowed: null, min: null, max: null, isSecret: false };
  return { name, type: 'string', required: false, ...bare, ...more };
}

test('all that is wrong is told at once', () => {
  const parameters = [
    parameter('a', { required: true }),
    parameter('b', { type: 'integer', min: 1 }),
    parameter('c', { default: 'x' }),
  ];
  expect(checkParameters(parameters, { b: 0, d: 1, e: null })).toEqual({
    valid: false,
    missing: ['a'],
    invalid: [{ field: 'b', message: 'must be at least 1' }],
    unknown: ['d', 'e'],
    values: { a: null, b: 0, c: 'x' },
  });
});

test('null is the same as absent', () => {
  expect(checkParameters([parameter('a', { required: true })], { a: null }).missing).toEqual(['a']);
  expect(checkParameters([parameter('a', { default: 'x' })], { a: null }).values).toEqual({ a: 'x' });
});

test('what an object inherits was not given', () => {
  const parameters = [parameter('toString', { required: true }), parameter('__proto__')];
  expect(checkParameters(parameters, {})).toMatchObject({ missing: ['toString'], invalid: [] });
});

describe('a value', () => {
  test.each([
    [{ type: 'string' }, 'x', null],
    [{ type: 'string' }, '', null],
    [{ type: 'string' }, 1, 'must be a string'],
    [{ type: 'string' }, 'a\0', 'must not contain U+0000'],
    [{ type: 'string' }, '\ud800', 'must not contain U+0000'],
    [{ type: 'string', min: 2 }, 'x', 'must have at least 2 characters'],
    [{ type: 'string', max: 2 }, 'xxx', 'must have at most 2 characters'],
    [{ type: 'string' }, 'x'.repeat(1_000_001), 'must have at most 1000000 characters'],
    [{ type: 'string', allowed: ['a', 'b'] }, 'b', null],
    [{ type: 'string', allowed: ['a', 'b'] }, 'c', 'must be one of "a", "b"'],
    [{ type: 'integer' }, 3, null],
    [{ type: 'integer' }, 3.5, 'must be an integer'],
    [{ type: 'integer' }, '3', 'must be an integer'],
    [{ type: 'integer' }, 2 ** 60, 'must be an integer'],
    [{ type: 'integer', max: 5 }, 6, 'must be at most 5'],
    [{ type: 'number' }, 3.5, null],
    [{ type: 'number' }, true, 'must be a number'],
    [{ type: 'boolean' }, false, null],
    [{ type: 'boolean' }, 'true', 'must be true or false'],
    [{ type: 'list' }, ['a'], null],
    [{ type: 'list' }, 'a', 'must be a list of strings'],
    [{ type: 'list' }, [1], 'must be a list of strings'],
    [{ type: 'list', max: 1 }, ['a', 'b'], 'must have at most 1 items'],
    [{ type: 'list', allowed: ['a'] }, ['a', 'b'], 'must be one of "a"'],
  ] as [Partial<TemplateParameter>, unknown, string | null][])('%j given %j', (more, value, message) => {
    const { invalid } = checkParameters([parameter('a', more)], { a: value });
    expect(invalid[0]?.message ?? null).toEqual(message === null ? null : expect.stringContaining(message));
  });
});
