import type { FieldIssue } from '../../errors.ts';
import type { ParameterType } from '../../vocabulary.ts';
import { abbreviateList } from '../text/abbreviate-list.ts';
import { isStorable } from '../text/text.ts';
import type { TemplateParameter } from './template.ts';

const LONGEST_TEXT = 1_000_000;
const LONGEST_LIST = 1_000;

export interface ParameterCheck {
  valid: boolean;
  /** Required parameters that are missing. */
  missing: string[];
  /** Parameters with invalid values. */
  invalid: FieldIssue[];
  /** Names that are not parameters of the template. */
  unknown: string[];
  /** All parameters of the template: the given value, otherwise the default, otherwise null. */
  values: Record<string, unknown>;
}

/** Collects all errors at once. null counts as absent. */
export function checkParameters(
  parameters: readonly TemplateParameter[],
  given: Readonly<Record<string, unknown>>,
): ParameterCheck {
  const givenOf = ({ name }: TemplateParameter) =>
    Object.hasOwn(given, name) ? (given[name] ?? null) : null;
  const names = new Set(parameters.map(({ name }) => name));
  const missing = parameters.filter((one) => one.required && givenOf(one) === null).map(({ name }) => name);
  const invalid = parameters.flatMap((one) => {
    const message = givenOf(one) === null ? null : valueProblem(one, givenOf(one));
    return message === null ? [] : [{ field: one.name, message }];
  });
  const unknown = Object.keys(given).filter((name) => !names.has(name));
  return {
    valid: missing.length + invalid.length + unknown.length === 0,
    missing,
    invalid,
    unknown,
    values: Object.fromEntries(parameters.map((one) => [one.name, givenOf(one) ?? one.default])),
  };
}

/** The error in a value; null: none. */
export function valueProblem(parameter: TemplateParameter, value: unknown): string | null {
  const { allowed } = parameter;
  const problem = PROBLEMS[parameter.type](value, parameter);
  if (problem !== null || !allowed) return problem;
  const items = Array.isArray(value) ? value : [value];
  const known = new Set(allowed);
  return items.every((item) => known.has(item))
    ? null
    : `must be one of ${abbreviateList(allowed.map((one) => JSON.stringify(one)))}`;
}

type Bounds = Pick<TemplateParameter, 'min' | 'max'>;

const PROBLEMS: Record<ParameterType, (value: unknown, bounds: Bounds) => string | null> = {
  string: (value, { min, max }) => {
    if (typeof value !== 'string') return 'must be a string';
    if (!isStorable(value)) return 'must not contain U+0000 or an unpaired surrogate';
    return boundsProblem(value.length, { min, max: max ?? LONGEST_TEXT }, 'must have', ' characters');
  },
  integer: (value, bounds) =>
    Number.isSafeInteger(value)
      ? boundsProblem(value as number, bounds, 'must be', '')
      : 'must be an integer',
  number: (value, bounds) =>
    Number.isFinite(value) ? boundsProblem(value as number, bounds, 'must be', '') : 'must be a number',
  boolean: (value) => (typeof value === 'boolean' ? null : 'must be true or false'),
  list: (value, { min, max }) => {
    const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
    if (!isList) return 'must be a list of strings';
    if (!value.every(isStorable)) return 'must not contain U+0000 or an unpaired surrogate';
    if (value.some((item) => item.length > LONGEST_TEXT)) return `an item is longer than ${LONGEST_TEXT}`;
    return boundsProblem(value.length, { min, max: max ?? LONGEST_LIST }, 'must have', ' items');
  },
};

function boundsProblem(size: number, { min, max }: Bounds, verb: string, unit: string): string | null {
  if (min !== null && size < min) return `${verb} at least ${min}${unit}`;
  if (max !== null && size > max) return `${verb} at most ${max}${unit}`;
  return null;
}
