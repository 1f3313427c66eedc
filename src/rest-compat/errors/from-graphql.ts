import type { GraphQLError } from 'graphql';
import type { z } from 'zod';
import { DomainError, type ErrorCode, type ErrorDetails, type FieldIssue } from '../../errors.ts';
import type { FieldNames } from '../definitions/terms.ts';

/**
 * Converts an error of GraphQL with the field names of a REST client: `input.expiresAt` is its `expires_at`.
 */
export function domainErrorOf(error: GraphQLError): DomainError {
  const {
    code = 'INTERNAL_ERROR',
    field,
    issues,
    allowed,
    retryAfter,
  } = error.extensions as ErrorDetails & { code?: ErrorCode };
  const details = { ...(allowed && { allowed }), ...(retryAfter !== undefined && { retryAfter }) };
  if (issues) return fieldError(code, issues.map(inRestWords), details);
  if (field && error.message.startsWith(`${field}: `)) {
    const message = error.message.slice(field.length + 2);
    return fieldError(code, [inRestWords({ field, message })], details);
  }
  return new DomainError(code, error.message, details);
}

/** Replaces field names and paths by those of the client. */
export function renamed(error: DomainError, names: FieldNames): DomainError {
  const { issues, ...details } = error.details;
  if (!issues) return error;
  const inItsWords = issues.map(({ field, message }) => ({ field: inNames(field, names), message }));
  return fieldError(error.code, inItsWords, details);
}

/** An index in a path, which names write as `*`. */
const INDEX = /(?<=\.)\d+(?=\.|$)/g;

function inNames(field: string, names: FieldNames): string {
  const inList = names[field.replace(INDEX, '*')];
  const indexes = field.match(INDEX)?.values();
  if (indexes && inList !== undefined) return inList.replaceAll('*', () => indexes.next().value!);
  const path = Object.keys(names).find((name) => `${field}.`.startsWith(`${name}.`));
  if (path !== undefined) return `${names[path]}${field.slice(path.length)}`;
  return field
    .split(/(\.|: )/)
    .map((part) => (Object.hasOwn(names, part) ? names[part] : part))
    .join('');
}

/** Converts errors of zod for params, query and body. */
export function inputError({ issues }: z.ZodError): DomainError {
  const named = issues.map(({ path, message }) => {
    const [part, ...rest] = path.map(String);
    return { field: rest.length > 0 ? rest.join('.') : (part ?? 'body'), message };
  });
  return fieldError('VALIDATION_ERROR', named, {});
}

/** Maximum issues of an error, and characters of each: a client may send 100,000 invalid items. */
const MOST_ISSUES = 20;
const MOST_CHARACTERS = 2_000;

function fieldError(code: ErrorCode, all: FieldIssue[], details: ErrorDetails): DomainError {
  const issues = all.slice(0, MOST_ISSUES).map(({ field, message }) => ({
    field: field.slice(0, MOST_CHARACTERS),
    message: message.slice(0, MOST_CHARACTERS),
  }));
  const message = issues.map((issue) => `${issue.field}: ${issue.message}`).join('; ');
  const rest = all.length > MOST_ISSUES ? `; and ${all.length - MOST_ISSUES} more` : '';
  return new DomainError(code, message + rest, { ...details, field: issues[0]?.field ?? '', issues });
}

function inRestWords({ field, message }: FieldIssue): FieldIssue {
  const name = field
    .replace(/^(input|filter)(\.|$)/, '')
    // A capital at the beginning is that of a header.
    .replaceAll(/(?<!^)[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return { field: name || 'body', message };
}
