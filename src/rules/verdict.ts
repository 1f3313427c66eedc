import { z } from 'zod';
import { parseAnswer } from './answer-schema.ts';

const verdict = z.object({
  score: z.number().min(0).max(10),
  feedback: z.string(),
});
export type Verdict = z.infer<typeof verdict>;

const { $schema: _draft, ...schema } = z.toJSONSchema(verdict);

/** JSON Schema of what an evaluator answers. */
export const VERDICT_SCHEMA: Record<string, unknown> = schema;

/** What an evaluator says, or what is wrong with how it says it. */
export function readVerdict(text: string): { verdict: Verdict; fault?: undefined } | { fault: string } {
  const data = parseAnswer(text);
  if (data === undefined) return { fault: 'the evaluation is not JSON' };
  const read = verdict.safeParse(data);
  if (read.success) return { verdict: read.data };
  const faults = read.error.issues.map(({ path, message }) => [...path, message].join(': '));
  return { fault: `the evaluation is not a score from 0 to 10 with feedback: ${faults.join('; ')}` };
}
