import { DomainError } from '../../errors.ts';

/** Numbers that JavaScript may not represent exactly; these patterns hardly occur otherwise. */
const SUSPICIOUS = /(?:^|[:,[\s])-?(?:\d{16}|[\d.]+[eE][+-]?\d{3})/;

/** Whether a number, as written, stays the same when it is parsed and printed. */
export function isKept(source: string): boolean {
  const value = Number(source);
  if (!Number.isFinite(value)) return false;
  if (/^-?\d+$/.test(source)) return BigInt(source) === BigInt(value);
  return value !== 0 || !/[1-9]/.test(source.replace(/[eE].*$/, ''));
}

export const WHAT_IS_KEPT =
  'must be a number that JSON can hold, such as an integer from -9007199254740991 to 9007199254740991; send other numbers as text';

/**
 * The error for a JSON text with a number that parsing would change; null: there is none, or it is not JSON.
 * Its field is the path to the first such number; for GraphQL variables it begins with the variable.
 */
export function unkeptNumber(text: string): DomainError | null {
  if (!SUSPICIOUS.test(text)) return null;
  const field = fieldOf(text);
  if (field === null) return null;
  const issues = [{ field, message: WHAT_IS_KEPT }];
  return new DomainError('VALIDATION_ERROR', `${field}: ${WHAT_IS_KEPT}`, { field, issues });
}

/** Node passes the source text of a value to a reviver. */
type Parse = (
  text: string,
  reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown;

function fieldOf(text: string): string | null {
  const unkept = {};
  try {
    const value = (JSON.parse as Parse)(text, (_key, value, { source }) =>
      typeof value === 'number' && source !== undefined && !isKept(source) ? unkept : value,
    );
    const way = wayTo(unkept, value);
    return way && (way.join('.').replace(/^(?:payload\.)?variables\./, '') || 'body');
  } catch {
    return null;
  }
}

const DEEPEST = 500;

function wayTo(sought: object, value: unknown, depth = 0): string[] | null {
  if (value === sought) return [];
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return null;
  for (const [name, inner] of Object.entries(value)) {
    const way = wayTo(sought, inner, depth + 1);
    if (way) return [name, ...way];
  }
  return null;
}
