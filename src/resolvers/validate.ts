import { z } from 'zod';
import { DomainError, type FieldIssue } from '../errors.ts';
import { isStorable, isStorableJson } from '../rules/text.ts';

/**
 * What a use-case was given, checked.
 * @throws DomainError VALIDATION_ERROR with the path of every wrong field, which begins at `root`.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  root = '',
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({
    field: [root, ...issue.path].filter((part) => part !== '').join('.'),
    message: issue.message,
  }));
  throw invalidInput(issues);
}

/** @throws DomainError VALIDATION_ERROR with all of them, when there are any. */
export function refuseIssues(issues: FieldIssue[]): void {
  if (issues.length > 0) throw invalidInput(issues);
}

/** @param issues at least one. */
export function invalidInput(issues: FieldIssue[]): DomainError {
  const message = issues.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return new DomainError('VALIDATION_ERROR', message, { field: issues[0]!.field, issues });
}

/** Text that a database can hold, of a bounded length. Absent and null are the caller's to allow. */
export function text(limits: { min?: number; max: number }) {
  const { min = 0, max } = limits;
  return z
    .string()
    .min(min, min === 1 ? 'must not be empty' : `must have at least ${min} characters`)
    .max(max, `must have at most ${max} characters`)
    .refine(isStorable, 'must not contain U+0000 or half of a surrogate pair');
}

/** A JSON object that a database can hold, of a bounded length as text. */
export function jsonObject(max: number) {
  return z.record(z.string(), z.unknown(), 'must be an object').superRefine((given, issues) => {
    const message = jsonFault(given, max);
    if (message) issues.addIssue({ code: 'custom', message });
  });
}

function jsonFault(given: object, max: number): string | null {
  try {
    if (!isStorableJson(given)) return 'must not contain U+0000 or half of a surrogate pair';
    return JSON.stringify(given).length > max ? `must have at most ${max} characters` : null;
  } catch {
    return 'is nested too deep';
  }
}
