import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { DomainError, type ErrorDetails, type FieldIssue } from '../../errors.ts';

/** Maximum errors of one response, and maximum issues of one error. */
const MOST_SHOWN = 20;
/** Maximum length of a message, an issue and a field path. Messages repeat names from the request, of up to megabytes. */
const MOST_CHARACTERS = 2_000;

/** At most 20 errors, distinct messages first; the last one says how many were omitted. */
export function shownErrors(errors: readonly GraphQLError[]): readonly GraphQLError[] {
  if (errors.length <= MOST_SHOWN) return errors;
  const messages = new Map(errors.toReversed().map((error) => [error.message, error]));
  const distinct = errors.filter((error) => messages.get(error.message) === error);
  const repeated = errors.filter((error) => messages.get(error.message) !== error);
  const shown = [...distinct, ...repeated].slice(0, MOST_SHOWN - 1);
  const code = codeOf(errors[0]!);
  const rest = `${errors.length - shown.length} more errors are not shown`;
  return [...shown, new GraphQLError(rest, { extensions: code === undefined ? {} : { code } })];
}

function codeOf({ originalError, extensions }: GraphQLError): unknown {
  if (originalError instanceof DomainError) return originalError.code;
  return originalError ? 'INTERNAL_ERROR' : extensions.code;
}

/** Limits the errors of document validation; `boundResult` limits those of executions. */
export const limitValidationErrors: Plugin = {
  onValidate:
    () =>
    ({ valid, result, setResult }) => {
      if (!valid) setResult(shownErrors(result as readonly GraphQLError[]).map(boundError));
    },
};

/** Truncates long parts of an error. @returns the same error when nothing is too long. */
export function boundError(error: GraphQLError): GraphQLError {
  const { message, path, extensions, nodes, source, positions } = error;
  const bounded = {
    message: clip(message),
    path: isLong(path) ? undefined : path,
    extensions: boundDetails(extensions as ErrorDetails) as typeof extensions,
  };
  if (bounded.message === message && bounded.path === path && bounded.extensions === extensions) return error;
  return new GraphQLError(bounded.message, { ...bounded, nodes, source, positions });
}

/** Truncates `field` and `issues`; other details stay unchanged. */
export function boundDetails<Details extends ErrorDetails>(details: Details): Details {
  const { issues, field } = details;
  const isShort = (issues?.length ?? 0) <= MOST_SHOWN && !issues?.some(isLongIssue);
  if (isShort && (field?.length ?? 0) <= MOST_CHARACTERS) return details;
  return {
    ...details,
    ...(field !== undefined && { field: clip(field) }),
    ...(issues && { issues: issues.slice(0, MOST_SHOWN).map(clipIssue) }),
    ...(issues && issues.length > MOST_SHOWN && { moreIssues: issues.length - MOST_SHOWN }),
  };
}

export function clip(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

function isLong(path: GraphQLError['path']): boolean {
  return (path ?? []).reduce<number>((sum, part) => sum + String(part).length, 0) > MOST_CHARACTERS;
}

function isLongIssue({ field, message }: FieldIssue): boolean {
  return field.length > MOST_CHARACTERS || message.length > MOST_CHARACTERS;
}

function clipIssue({ field, message }: FieldIssue): FieldIssue {
  return { field: clip(field), message: clip(message) };
}
