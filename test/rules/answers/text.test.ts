import { describe, expect, test } from 'vitest';
import { readAnswer } from '../../../src/rules/answers/schema.ts';
import { answerCandidates } from '../../../src/rules/answers/text.ts';
import { readVerdict } from '../../../src/rules/orchestrations/verdict.ts';

const CITY = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const BERN = { data: { city: 'Bern' } };

describe('the JSON is the answer', () => {
  test.each([
    ['behind thoughts', '<think>\nIs it {"city":"Basel"}?\n</think>\n\n{"city":"Bern"}'],
    [
      'behind thoughts whose beginning the template has',
      'Is it {"city":"Basel"}?\n</think>\n{"city":"Bern"}',
    ],
    ['behind thoughts in brackets', '[THINK]hm[/THINK]{"city":"Bern"}'],
    ['behind two thoughts', '<think>a</think><think>b</think>{"city":"Bern"}'],
    ['behind thoughts, in a block', '<thinking>so</thinking>\n```json\n{"city":"Bern"}\n```'],
    ['in a block with words around it', 'Here it is:\n```json\n{"city":"Bern"}\n```\nAnything else?'],
    ['in a block of another name', '```JSON5\n{"city":"Bern"}\n```'],
    ['in an indented block', '1. So:\n   ```\n   {"city":"Bern"}\n   ```'],
    ['in a block that does not end', 'So:\n```json\n{"city":"Bern"}'],
    ['in one line', '```json {"city":"Bern"}```'],
    ['among words', 'Sure! {"city":"Bern"} is the answer [1].'],
    ['after brackets that are no JSON', 'In {Switzerland} ["a] or {"x: {"city":"Bern"}'],
    ['after JSON that does not meet the schema', 'From {"town":"Bern"} follows {"city":"Bern"}'],
    ['before JSON that does not', '{"city":"Bern"} (not {"town":"Bern"})'],
    ['the last of two', 'First {"city":"Basel"}, but no: {"city":"Bern"}'],
  ])('%s', (_where, text) => {
    expect(readAnswer(CITY, text)).toEqual(BERN);
  });

  test('a text with a block in it stays whole', () => {
    const data = { city: '```js\n{"city":"x"}\n```' };
    expect(readAnswer(CITY, `So: ${JSON.stringify(data)}`)).toEqual({ data });
  });

  test.each([
    ['a list among words', { type: 'array' }, 'Cities: ["Bern"].', ['Bern']],
    ['a number in a block', { type: 'integer' }, 'It is\n```\n42\n```', 42],
    ['a text in a block', { type: 'string' }, '```json\n"Bern"\n```', 'Bern'],
  ])('%s', (_what, schema, text, data) => {
    expect(readAnswer(schema, text)).toEqual({ data });
  });

  test.each([
    ['words', 'It is Bern.', 'is not JSON'],
    ['thoughts alone', '<think>{"city":"Bern"}</think>', 'is not JSON'],
    ['thoughts that do not end', '<think>{"city":"Bern"}', 'is not JSON'],
    ['of a wrong form', 'It is {"town":"Bern"}.', "required property 'city'"],
    ['cut off', 'It is {"city":"Ber', 'is not JSON'],
  ])('%s: what is wrong', (_what, text, problem) => {
    expect(readAnswer(CITY, text)).toEqual({ problem: expect.stringContaining(problem) });
  });

  test('a verdict, too', () => {
    const text = '<think>{"score":1}</think>My review:\n```json\n{"score":8,"feedback":"ok"}\n```';
    expect(readVerdict(text)).toEqual({ verdict: { score: 8, feedback: 'ok' } });
  });

  test.each(['{"a":', '[[', '```a\n', '{"a" {"b"}', '<think>', '"{"'])('many %j take no time', (piece) => {
    const before = process.cpuUsage();
    answerCandidates(`x${piece.repeat(200_000 / piece.length)}`);
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  });
});
