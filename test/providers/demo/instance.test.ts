import { describe, expect, test } from 'vitest';
import { minimalInstance } from '../../../src/providers/demo/instance.ts';

describe('the smallest instance of a schema', () => {
  test.each([
    { given: { type: 'object' }, expected: {} },
    {
      given: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'null' } }, required: ['a'] },
      expected: { a: '' },
    },
    {
      given: { properties: { a: { type: 'boolean' } }, required: ['a', 'b'] },
      expected: { a: false, b: null },
    },
    { given: { type: 'array', items: { type: 'integer' } }, expected: [] },
    { given: { type: 'array', items: { enum: ['x', 'y'] }, minItems: 2 }, expected: ['x', 'x'] },
    { given: { type: 'string', minLength: 3 }, expected: 'xxx' },
    { given: { type: 'string', format: 'date' }, expected: '2026-01-01' },
    { given: { type: ['integer', 'null'] }, expected: 0 },
    { given: { type: 'integer', minimum: 1, maximum: 10 }, expected: 1 },
    { given: { type: 'number', exclusiveMinimum: 2 }, expected: 3 },
    { given: { type: 'number', minimum: 2.5 }, expected: 3 },
    { given: { type: 'number', maximum: -4 }, expected: -4 },
    { given: { type: 'integer', minimum: 7, multipleOf: 5 }, expected: 10 },
    { given: { const: 'k' }, expected: 'k' },
    { given: { type: 'integer', default: 9 }, expected: 9 },
    { given: { anyOf: [{ type: 'string' }, { type: 'null' }] }, expected: '' },
    {
      given: {
        type: 'object',
        properties: { a: { $ref: '#/$defs/b' } },
        required: ['a'],
        $defs: { b: { type: 'number' } },
      },
      expected: { a: 0 },
    },
    {
      given: {
        allOf: [
          { properties: { a: { const: 1 } }, required: ['a'] },
          { properties: { b: { const: 2 } }, required: ['b'] },
        ],
      },
      expected: { a: 1, b: 2 },
    },
    { given: { type: 'array', minItems: 1e9, items: { const: 1 } }, expected: Array(100).fill(1) },
    {
      given: { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { type: 'boolean' } } },
      expected: false,
    },
    {
      given: { type: 'object', oneOf: [{ properties: { a: { const: 1 } }, required: ['a'] }], required: [] },
      expected: { a: 1 },
    },
    { given: {}, expected: null },
    { given: { $ref: '#/nowhere' }, expected: null },
    { given: { $ref: '#' }, expected: null },
  ])('$given: $expected', ({ given, expected }) => {
    expect(minimalInstance(given)).toEqual(expected);
  });

  test('a schema that needs itself ends somewhere', () => {
    const endless = { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] };
    expect(JSON.stringify(minimalInstance(endless)).length).toBeLessThan(1000);
  });

  test.each([
    { properties: { a: { $ref: '#' }, b: { $ref: '#' } }, required: ['a', 'b'] },
    { type: 'array', items: { $ref: '#' }, minItems: 1000 },
    { allOf: [{ $ref: '#' }, { $ref: '#' }] },
  ])('a schema that needs itself twice over ends soon: %j', (endless) => {
    const startedAt = performance.now();
    minimalInstance(endless);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
