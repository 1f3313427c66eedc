import type { z } from 'zod';

declare global {
  interface JSON {
    /** Of ES2026; TypeScript does not declare it yet. */
    rawJSON(text: string): object;
  }
}

/** Prepares a response for JSON. */
export type Mark = (answer: unknown) => unknown;

/**
 * The documents write `1.0` for numbers that may have a fraction, and clients with strict types distinguish
 * them from integers, unlike JSON.stringify: where `shape` has a number that is not declared as an integer,
 * whole numbers are written with a decimal point.
 * @param shape null: nothing is marked
 */
export function decimalPoints(shape: z.ZodType | null): Mark {
  return (shape && markOf(shape as z.core.$ZodType)) ?? ((answer) => answer);
}

/** null: the schema contains no such numbers. */
function markOf(schema: z.core.$ZodType): Mark | null {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'number':
      return isWhole(def) ? null : markNumber;
    case 'object':
      return markMembers(def.shape);
    case 'array':
      return markItems(markOf(def.element));
    case 'record':
      return markValues(markOf(def.valueType));
    case 'nullable':
    case 'optional':
      return markOf(def.innerType);
    case 'union':
      return markOption(def.options);
    default:
      return null;
  }
}

function isWhole(def: z.core.$ZodNumberDef): boolean {
  const formats = [def, ...(def.checks ?? []).map(({ _zod }) => _zod.def)];
  return formats.some((format) => 'format' in format && /int/.test(String(format.format)));
}

/** From 1e21 on, numbers have an exponent, which such clients do not read as an integer. */
const markNumber: Mark = (value) =>
  Number.isInteger(value) && !`${value}`.includes('e') ? JSON.rawJSON(`${value}.0`) : value;

function markMembers(shape: Readonly<Record<string, z.core.$ZodType>>): Mark | null {
  const marks = Object.entries(shape).flatMap(([name, member]) => {
    const mark = markOf(member);
    return mark ? [[name, mark] as const] : [];
  });
  if (marks.length === 0) return null;
  return ifObject((value) => {
    const marked = { ...value };
    for (const [name, mark] of marks) if (name in marked) marked[name] = mark(marked[name]);
    return marked;
  });
}

function markItems(mark: Mark | null): Mark | null {
  return mark && ((value) => (Array.isArray(value) ? value.map(mark) : value));
}

function markValues(mark: Mark | null): Mark | null {
  if (!mark) return null;
  return ifObject((value) =>
    Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mark(member)])),
  );
}

/** Marks a value by the first option that it matches. */
function markOption(options: readonly z.core.$ZodType[]): Mark | null {
  const marks = options.map((option) => [option as z.ZodType, markOf(option)] as const);
  if (marks.every(([, mark]) => mark === null)) return null;
  return (value) => {
    const [, mark] = marks.find(([option]) => option.safeParse(value).success) ?? [];
    return mark ? mark(value) : value;
  };
}

function ifObject(mark: (value: Record<string, unknown>) => unknown): Mark {
  return (value) =>
    typeof value === 'object' && value !== null ? mark(value as Record<string, unknown>) : value;
}
