import { describe, expect, test } from 'vitest';
import { readAnswer, schemaProblem } from '../../../src/rules/answers/schema.ts';

const CITY = {
  type: 'object',
  properties: { name: { type: 'string', pattern: '^[A-Z]' }, size: { type: 'integer' } },
  required: ['name'],
  additionalProperties: false,
};

describe('an answer is what its schema says', () => {
  test.each([
    ['{"name":"Bern","size":1}', { data: { name: 'Bern', size: 1 } }],
    [' \n{"name":"Bern"}\n', { data: { name: 'Bern' } }],
    ['```json\n{"name":"Bern"}\n```', { data: { name: 'Bern' } }],
    ['```\n{"name":"Bern"}\n```\n', { data: { name: 'Bern' } }],
    ['Bern', { problem: expect.stringContaining('is not JSON') }],
    ['', { problem: expect.stringContaining('is not JSON') }],
    ['{"name":"bern"}', { problem: expect.stringContaining('answer/name must match pattern') }],
    ['{"size":1}', { problem: expect.stringContaining("must have required property 'name'") }],
    ['{"name":"Bern","more":1}', { problem: expect.stringContaining('must NOT have additional properties') }],
    ['{"name":"B\\u0000"}', { problem: expect.stringContaining('is not JSON') }],
    ['{"\\ud800":1}', { problem: expect.stringContaining('is not JSON') }],
    ['null', { problem: expect.stringContaining('must be object') }],
  ])('%s', (text, expected) => {
    expect(readAnswer(CITY, text)).toEqual(expected);
  });
});

describe('a schema that cannot be used is told', () => {
  test.each([
    [{ type: 'nonsense' }, 'must be equal to one of the allowed values'],
    [{ $ref: 'https://example.com/schema.json' }, "can't resolve reference"],
    [{ type: 'string', pattern: '(' }, 'missing closing )'],
    [{ type: 'string', pattern: '(a)\\1' }, 'invalid escape sequence'],
    [{ $async: true, type: 'string' }, '$async is not supported'],
    [{ title: 'a\0b' }, 'must not contain U+0000'],
    [{ 'a\ud800': 1 }, 'must not contain U+0000'],
  ])('%j', (schema, expected) => {
    expect(schemaProblem(schema)).toContain(expected);
  });

  test.each([
    [{ pattern: 'secret(' }],
    [{ properties: { a: { pattern: '(?<secret' } } }],
    [{ patternProperties: { 'secret(': {} } }],
    [{ $ref: 'secret#/a' }],
    [{ $defs: { a: { $id: 'secret' }, b: { $id: 'secret' } } }],
    [{ type: 'secret' }],
    [{ enum: 'secret' }],
    [{ required: ['secret', 'secret'] }],
    [{ default: 'secret\ud800' }],
  ])('without its values: %j', (schema) => {
    expect(schemaProblem(schema)).toMatch(/^must be a JSON Schema: (?!.*secret)/s);
  });

  test.each([
    [{}],
    [CITY],
    [{ type: 'string', format: 'email', 'x-more': 1 }],
    [{ $defs: { a: {} }, $ref: '#/$defs/a' }],
    [{ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' }],
  ])('and %j can', (schema) => {
    expect(schemaProblem(schema)).toBeNull();
  });
});

test('a pattern made to take for ever does not', () => {
  const before = performance.now();
  readAnswer({ type: 'string', pattern: '^(a+)+$' }, JSON.stringify(`${'a'.repeat(50_000)}b`));
  expect(performance.now() - before).toBeLessThan(2_000);
});

test('names that every object has are nothing special', () => {
  expect(readAnswer({ properties: { constructor: { type: 'string' } } }, '{}')).toEqual({ data: {} });
  expect(readAnswer({ required: ['toString'] }, '{}')).toMatchObject({ problem: expect.anything() });
});

test('a block of Markdown that never ends is no JSON', () => {
  expect(readAnswer({}, `\`\`\`${'\n'.repeat(20_000)}`)).toMatchObject({ problem: expect.anything() });
});

test('an answer that is too long is not read', () => {
  expect(readAnswer({}, JSON.stringify('x'.repeat(1_000_000)))).toEqual({
    problem: 'the answer is longer than 1000000 characters',
  });
});
