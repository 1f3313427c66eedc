import { answerCandidates } from '../answers/text.ts';

export interface Verdict {
  /** 0 to 10. */
  score: number;
  feedback: string;
}

const HIGHEST = 10;

/** Maximum characters of an evaluation: it is parsed on the event loop. */
const LONGEST = 200_000;

/**
 * The JSON Schema for evaluations. It is fixed, so `readVerdict` needs no validator, which would be slower.
 */
export const VERDICT_SCHEMA = {
  type: 'object',
  properties: { score: { type: 'number', minimum: 0, maximum: HIGHEST }, feedback: { type: 'string' } },
  required: ['score', 'feedback'],
  additionalProperties: false,
};

type Read = { verdict: Verdict; problem?: undefined } | { problem: string };

/** Parses an evaluation, or returns the error in it. */
export function readVerdict(text: string): Read {
  const candidates = text.length > LONGEST ? [] : answerCandidates(text);
  const read = candidates.map(verdictOf);
  return (
    read.find(({ problem }) => problem === undefined) ?? read[0] ?? { problem: 'the evaluation is not JSON' }
  );
}

function verdictOf(data: unknown): Read {
  const { score, feedback } = Object(data) as { score?: unknown; feedback?: unknown };
  if (typeof score !== 'number' || score < 0 || score > HIGHEST) {
    return { problem: `the evaluation has no score, a number from 0 to ${HIGHEST}` };
  }
  if (typeof feedback !== 'string') return { problem: 'the evaluation has no feedback' };
  return { verdict: { score, feedback } };
}
