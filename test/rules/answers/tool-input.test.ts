import { describe, expect, test } from 'vitest';
import { readToolInput } from '../../../src/rules/answers/tool-input.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    path: { type: 'string' },
    old_text: { type: 'string' },
    limit: { type: 'integer' },
    all: { type: 'boolean' },
    note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    tags: { type: 'array', items: { type: 'integer' } },
    steps: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          text: { type: 'string' },
          status: { type: 'string', enum: ['pending', 'in_progress'] },
        },
        required: ['text'],
      },
    },
  },
  required: ['path'],
};

describe('arguments as models send them', () => {
  test.each([
    ['as they should be', '{"path":"a","limit":5}', { path: 'a', limit: 5 }],
    ['nothing', '', {}],
    ['null', 'null', {}],
    ['null for what is absent', '{"path":"a","limit":null,"tags":null,"more":null}', { path: 'a' }],
    ['null where null is a value', '{"path":"a","note":null}', { path: 'a', note: null }],
    ['null for what is required stays wrong', '{"path":null}', { path: null }],
    ['a number as text', '{"path":"a","limit":" 5 "}', { path: 'a', limit: 5 }],
    ['a text that only begins as one', '{"path":"a","limit":"5 lines"}', { path: 'a', limit: '5 lines' }],
    ['digits where text is wanted', '{"path":"7"}', { path: '7' }],
    ['a boolean as text', '{"path":"a","all":"True"}', { path: 'a', all: true }],
    ['another text stays', '{"path":"a","all":"maybe"}', { path: 'a', all: 'maybe' }],
    ['one value for a list', '{"path":"a","tags":"3"}', { path: 'a', tags: [3] }],
    ['a list as text', '{"path":"a","tags":"[1, 2]"}', { path: 'a', tags: [1, 2] }],
    ['texts in a list of numbers', '{"path":"a","tags":["1","2"]}', { path: 'a', tags: [1, 2] }],
    ['an object for a list', '{"path":"a","steps":{"text":"x"}}', { path: 'a', steps: [{ text: 'x' }] }],
    [
      'a list of objects as text, with null and another spelling in it',
      JSON.stringify({
        path: 'a',
        steps: '[{"text":"x","status":"In Progress"},{"text":"y","status":null}]',
      }),
      { path: 'a', steps: [{ text: 'x', status: 'in_progress' }, { text: 'y' }] },
    ],
    ['a list of one for a value', '{"path":["a"],"limit":["5"]}', { path: 'a', limit: 5 }],
    ['a list of two stays', '{"path":["a","b"]}', { path: ['a', 'b'] }],
    ['the object as text', JSON.stringify('{"path":"a"}'), { path: 'a' }],
    ['the object in a list', '[{"path":"a"}]', { path: 'a' }],
    ['in a member', '{"arguments":{"path":"a"}}', { path: 'a' }],
    ['in a member, as text', '{"input":"{\\"path\\":\\"a\\"}"}', { path: 'a' }],
    ['the whole call', '{"name":"read_file","parameters":{"path":"a","limit":"2"}}', { path: 'a', limit: 2 }],
    ['under the name of the tool', '{"read_file":{"path":"a"}}', { path: 'a' }],
    ['another spelling of names', '{"Path":"a","oldText":"b"}', { path: 'a', old_text: 'b' }],
    ['a spelling beside the name itself stays', '{"path":"a","Path":"b"}', { path: 'a', Path: 'b' }],
    ['what is unknown stays', '{"more":{"nonsense":1}}', { more: { nonsense: 1 } }],
    ['two levels stay', '{"a":{"b":{"path":"x"}}}', { a: { b: { path: 'x' } } }],
  ])('%s', (_what, text, expected) => {
    expect(readToolInput(SCHEMA, text)).toEqual(expected);
  });

  test.each(['{"path": "a', '[1]', '[]', '5', '"text"', '[{},{}]'])('%s is not an object', (text) => {
    expect(readToolInput(SCHEMA, text)).toBeNull();
  });

  test('names that every object has are nothing special', () => {
    expect(readToolInput(SCHEMA, '{"constructor":null,"toString":1}')).toEqual({ toString: 1 });
  });
});
