import { z } from 'zod';
import { MAX_METADATA } from '../../rules/runs/metadata.ts';
import { REASONING_EFFORTS } from '../../vocabulary.ts';
import { anObject, fewMembers, jsonObject, list, sized, text } from './validate.ts';

export const MAX_PROMPT = 1_000_000;
/** As much as fits into the largest request: OrchestrateX documents 5 MB. */
export const MAX_LONG_PROMPT = 5_000_000;
const MAX_SCHEMA = 65_536;
const MAX_VALUES = 5_000_000;

export const parameters = z.object({
  temperature: z.number().min(0).max(2).nullish(),
  topP: z.number().min(0).max(1).nullish(),
  maxTokens: z.number().int().min(1).max(1_000_000).nullish(),
  stop: list(text({ min: 1, max: 200 }), 4, 'must have at most 4 strings').nullish(),
  seed: z.number().int().nullish(),
  reasoningEffort: z.enum(REASONING_EFFORTS).nullish(),
  maxReasoningTokens: z
    .number()
    .int()
    .min(1_024, 'must be at least 1024')
    .max(1_000_000, 'must be at most 1000000')
    .nullish(),
  numCtx: z
    .number()
    .int()
    .min(256, 'must be at least 256')
    .max(10_000_000, 'must be at most 10000000')
    .nullish(),
});

const promptOf = (max: number) =>
  text({ min: 1, max }).refine((given) => given.trim() !== '', 'must not be blank');
export const prompt = promptOf(MAX_PROMPT);
export const longPrompt = promptOf(MAX_LONG_PROMPT);
export const systemPrompt = text({ max: MAX_PROMPT });
export const model = text({ min: 1, max: 200 }).regex(
  /^[^\p{C}\p{Z}]([^\p{C}]*[^\p{C}\p{Z}])?$/u,
  'must be printable characters',
);
/** Checks only the size; a worker thread checks that it is a valid schema. */
export const responseSchema = sized(z.record(z.string(), z.unknown(), 'must be a JSON Schema: an object'), {
  characters: MAX_SCHEMA,
}).refine(
  (given) => JSON.stringify(given).length <= MAX_SCHEMA,
  `must have at most ${MAX_SCHEMA} characters`,
);

export const DEFAULT_PRIORITY = 5;
export const priority = z.number().int().min(1, 'must be 1 to 10').max(10, 'must be 1 to 10');

const MAX_TAGS = 20;
export const tags = list(
  text({ min: 1, max: 64 }).refine((given) => given.trim() === given, 'must not begin or end with space'),
  MAX_TAGS,
  `must have at most ${MAX_TAGS} tags`,
).transform((given) => [...new Set(given)]);

export const metadata = jsonObject(MAX_METADATA);

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_DAYS_AHEAD = 365;

const timeAhead = z
  .date()
  .refine(
    (given) => given.getTime() <= Date.now() + MAX_DAYS_AHEAD * DAY_MS,
    `must be at most ${MAX_DAYS_AHEAD} days ahead`,
  );

/** The earliest time at which a run starts, and the time by which it must have started. */
export const startTimes = { startAt: timeAhead.nullish(), expiresAt: timeAhead.nullish() };

interface GivenTimes {
  startAt?: Date | null | undefined;
  expiresAt?: Date | null | undefined;
}

/** Refuses a run that would expire before it may start. */
export function startsInTime<Given extends z.ZodType<GivenTimes>>(schema: Given) {
  return schema.refine(({ startAt, expiresAt }) => !startAt || !expiresAt || expiresAt > startAt, {
    path: ['expiresAt'],
    message: 'must be after startAt',
  });
}

/** US dollars; twelve places are stored. */
export const costLimit = z
  .number()
  .positive('must be more than 0')
  .max(1_000_000_000, 'must be at most 1000000000');

/** As named by the client: `code`, `security_scan`. */
export const taskType = text({ min: 1, max: 100 }).refine(
  (given) => given.trim() === given,
  'must not begin or end with space',
);

export const maxIterations = z.number().int().min(1).max(1000, 'must be at most 1000');

/** Values of a template's parameters; each is also checked against its own maximum length. */
export const templateValues = fewMembers(sized(anObject, { characters: MAX_VALUES }));

type WithoutNulls<Given> = { [Name in keyof Given]?: NonNullable<Given[Name]> };

export function withoutNulls<Given extends object>(given: Given): WithoutNulls<Given> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  ) as WithoutNulls<Given>;
}
