import { expect, test } from 'vitest';
import { readVerdict } from '../../../src/rules/orchestrations/verdict.ts';

test.each([
  { given: 'a verdict', text: '{"score": 8.5, "feedback": "ok"}', expected: { score: 8.5, feedback: 'ok' } },
  {
    given: 'one in a block',
    text: '```json\n{"score":0,"feedback":""}\n```',
    expected: { score: 0, feedback: '' },
  },
  {
    given: 'more than was asked',
    text: '{"score":10,"feedback":"","mood":1}',
    expected: { score: 10, feedback: '' },
  },
])('$given is read', ({ text, expected }) => expect(readVerdict(text)).toEqual({ verdict: expected }));

test.each([
  { given: 'prose', text: 'I give it an 8.', fault: 'not JSON' },
  { given: 'nothing', text: '', fault: 'not JSON' },
  { given: 'a number', text: '8', fault: 'no score' },
  { given: 'null', text: 'null', fault: 'no score' },
  {
    given: 'a score beyond the scale',
    text: '{"score":10.1,"feedback":""}',
    fault: 'no score, a number from 0 to 10',
  },
  { given: 'a score below it', text: '{"score":-1,"feedback":""}', fault: 'no score, a number from 0 to 10' },
  { given: 'a score as text', text: '{"score":"8","feedback":""}', fault: 'no score, a number from 0 to 10' },
  { given: 'no score', text: '{"feedback":"ok"}', fault: 'no score, a number from 0 to 10' },
  { given: 'no feedback', text: '{"score":8}', fault: 'no feedback' },
  { given: 'what no database can hold', text: '{"score":8,"feedback":"\\u0000"}', fault: 'not JSON' },
])('$given is a fault', ({ text, fault }) => {
  expect(readVerdict(text)).toEqual({ fault: expect.stringContaining(fault) });
});
