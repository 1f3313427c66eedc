import { parseAnswer } from './answer-text.ts';

export interface Verdict {
  /** 0 to 10. */
  score: number;
  feedback: string;
}

const HIGHEST = 10;

/** Maximum characters of an evaluation: it is parsed on the event loop. */
const LONGEST = 200_000;

/** JSON Schema of what an evaluator answers. It is ours, so `readVerdict` needs no validator, which takes its time. */
export const VERDICT_SCHEMA = {
  type: 'object',
  properties: { score: { type: 'number', minimum: 0, maximum: HIGHEST }, feedback: { type: 'string' } },
  required: ['score', 'feedback'],
  additionalProperties: false,
};

/** What an evaluator says, or what is wrong with how it says it. */
export function readVerdict(text: string): { verdict: Verdict; fault?: undefined } | { fault: string } {
  const data = text.length > LONGEST ? undefined : parseAnswer(text);
  if (data === undefined) return { fault: 'the evaluation is not JSON' };
  const { score, feedback } = Object(data) as { score?: unknown; feedback?: unknown };
  if (typeof score !== 'number' || score < 0 || score > HIGHEST) {
    return { fault: `the evaluation has no score, a number from 0 to ${HIGHEST}` };
  }
  if (typeof feedback !== 'string') return { fault: 'the evaluation has no feedback' };
  return { verdict: { score, feedback } };
}
