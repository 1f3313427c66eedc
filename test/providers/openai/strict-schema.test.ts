import { describe, expect, test } from 'vitest';
import { isStrict } from '../../../src/providers/openai/strict-schema.ts';
import { ANSWER_SCHEMA } from '../conversation.ts';

const closed = (properties: object) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

describe('whether OpenAI can hold a model to a schema', () => {
  test.each([
    { given: ANSWER_SCHEMA, expected: true },
    { given: closed({ a: closed({ b: { type: ['string', 'null'] } }) }), expected: true },
    { given: closed({ a: { type: 'array', items: closed({}) } }), expected: true },
    { given: closed({ a: { $ref: '#/$defs/b' }, $defs: { type: 'string' } }), expected: true },
    { given: closed({ a: { type: 'array', items: { type: 'object' } } }), expected: false },
    { given: closed({ a: { anyOf: [{ type: 'object', properties: {} }] } }), expected: false },
    { given: closed({ a: { type: 'string', minLength: 1 } }), expected: false },
    { given: { ...closed({ a: { type: 'string' } }), required: [] }, expected: false },
    { given: { ...closed({}), additionalProperties: true }, expected: false },
    { given: { ...closed({}), $defs: { b: { type: 'object' } } }, expected: false },
    { given: { type: 'array', items: { type: 'string' } }, expected: false },
    { given: { anyOf: [closed({})] }, expected: false },
    { given: {}, expected: false },
  ])('$given: $expected', ({ given, expected }) => {
    expect(isStrict(given)).toBe(expected);
  });
});
