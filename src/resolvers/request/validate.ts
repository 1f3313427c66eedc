import { z } from 'zod';
import { DomainError, type FieldIssue, firstIssues, MAX_ISSUES, messageOf } from '../../errors.ts';
import { type JsonLimits, jsonSizeProblem } from '../../rules/json/size.ts';
import { isStorable, isStorableJson } from '../../rules/text/text.ts';

/**
 * Validates the input of a use case.
 * @throws DomainError VALIDATION_ERROR with the path of every wrong field, which begins with `root`
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  root = '',
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, MAX_ISSUES).map((issue) => ({
    field: [root, ...issue.path].filter((part) => part !== '').join('.'),
    message: issue.message,
  }));
  throw invalidInput(issues);
}

/** @throws DomainError VALIDATION_ERROR with all of them, if there are any */
export function refuseIssues(issues: FieldIssue[]): void {
  if (issues.length > 0) throw invalidInput(issues);
}

/** @param issues at least one */
export function invalidInput(issues: FieldIssue[], cause?: Error): DomainError {
  const first = firstIssues(issues);
  const details = { field: first[0]!.field, issues: first };
  return new DomainError('VALIDATION_ERROR', messageOf(first), details, { cause });
}

/** Text that the database can store, of limited length. Absent and null have to be allowed by the caller. */
export function text(limits: { min?: number; max: number }) {
  const { min = 0, max } = limits;
  return z
    .string()
    .min(min, min === 1 ? 'must not be empty' : `must have at least ${min} characters`)
    .max(max, `must have at most ${max} characters`)
    .refine(isStorable, 'must not contain U+0000 or an unpaired surrogate');
}

/** Does not inspect the members, for which zod would need a microsecond or two each. */
export const anObject = z.custom<Record<string, unknown>>(
  (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
  'must be an object',
);

/** A JSON object that the database can store, of limited length as text. */
export function jsonObject(max: number) {
  return sized(anObject, { characters: max }).superRefine((given, issues) => {
    const message = jsonProblem(given, max);
    if (message) issues.addIssue({ code: 'custom', message });
  });
}

function jsonProblem(given: object, max: number): string | null {
  const json = JSON.stringify(given);
  if (json.length > max) return `must have at most ${max} characters`;
  return isStorableJson(json) ? null : 'must not contain U+0000 or an unpaired surrogate';
}

/** Rejects a value that is too large before the schema walks it. */
export function sized<Schema extends z.ZodType>(schema: Schema, limits: JsonLimits) {
  return z
    .unknown()
    .superRefine((given, issues) => {
      const message = jsonSizeProblem(given, limits);
      if (message) issues.addIssue({ code: 'custom', message, continue: false });
    })
    .pipe(schema as z.ZodType<z.output<Schema>>);
}

/** A list of at most `max` members; the length is checked before any member. */
export function list<Item extends z.ZodType>(item: Item, max: number, message: string) {
  return z
    .unknown()
    .superRefine((given, issues) => {
      if (Array.isArray(given) && given.length > max)
        issues.addIssue({ code: 'custom', message, continue: false });
    })
    .pipe(z.array(item) as z.ZodType<z.output<Item>[]>);
}

/** Each unknown member is an issue that repeats its name; templates and tools have far fewer. */
const MAX_MEMBERS = 2_000;

/** An object with few members; too many are rejected before any of them is examined. */
export function fewMembers<Schema extends z.ZodType>(schema: Schema) {
  return z
    .unknown()
    .superRefine((given, issues) => {
      const count = typeof given === 'object' && given !== null ? Object.keys(given).length : 0;
      const message = `must have at most ${MAX_MEMBERS} members`;
      if (count > MAX_MEMBERS) issues.addIssue({ code: 'custom', message, continue: false });
    })
    .pipe(schema as z.ZodType<z.output<Schema>>);
}
