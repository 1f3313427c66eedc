import { z } from 'zod';

/** A JSON object; bounds are the use-cases' to check, so that they are the same on every surface. */
export function jsonBody<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object({ body: z.object(shape, { error: missingOr('must be a JSON object') }) });
}

export function text() {
  return z.string({ error: missingOr('must be text') });
}

const MOMENT = 'must be a date and time such as 2030-01-01T00:00:00Z';

/** Without an offset it is UTC: Python's `isoformat()` of a naive time has none. */
export function moment() {
  return z.iso
    .datetime({ offset: true, local: true, error: missingOr(MOMENT) })
    .transform((given) => new Date(/(Z|[+-]\d\d:\d\d)$/.test(given) ? given : `${given}Z`))
    .refine(isFourDigitYear, MOMENT);
}

/** An offset can carry the last day of 9999 into a year that ISO 8601 cannot write in four digits. */
function isFourDigitYear(date: Date): boolean {
  return date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999;
}

function missingOr(wrong: string) {
  return ({ input }: { input?: unknown }) => (input === undefined ? 'is required' : wrong);
}

/** A word, as GraphQL writes it. */
export function upperCase<Word extends string>(word: Word): Uppercase<Word> {
  return word.toUpperCase() as Uppercase<Word>;
}
