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
  { given: 'prose', text: 'I give it an 8.', problem: 'not JSON' },
  { given: 'nothing', text: '', problem: 'not JSON' },
  { given: 'a number', text: '8', problem: 'no score' },
  { given: 'null', text: 'null', problem: 'no score' },
  {
    given: 'a score beyond the scale',
    text: '{"score":10.1,"feedback":""}',
    problem: 'no score, a number from 0 to 10',
  },
  {
    given: 'a score below it',
    text: '{"score":-1,"feedback":""}',
    problem: 'no score, a number from 0 to 10',
  },
  {
    given: 'a score as text',
    text: '{"score":"8","feedback":""}',
    problem: 'no score, a number from 0 to 10',
  },
  { given: 'no score', text: '{"feedback":"ok"}', problem: 'no score, a number from 0 to 10' },
  { given: 'no feedback', text: '{"score":8}', problem: 'no feedback' },
  { given: 'what no database can hold', text: '{"score":8,"feedback":"\\u0000"}', problem: 'not JSON' },
])('$given is a problem', ({ text, problem }) => {
  expect(readVerdict(text)).toEqual({ problem: expect.stringContaining(problem) });
});
