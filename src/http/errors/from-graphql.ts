import { GraphQLError } from 'graphql';
import {
  coerceError,
  DomainError,
  type ErrorDetails,
  REQUEST_ERROR_CODES,
  type RequestErrorCode,
} from '../../errors.ts';
import type { Log } from '../../log.ts';
import { asUnavailable } from '../../resolvers/request/unavailable.ts';
import { newId } from '../../rules/ids/ids.ts';
import { boundError } from './bound-errors.ts';
import { statusOf } from './to-reply.ts';
import { variableIssue } from './variable-issue.ts';
import { withoutValue } from './without-value.ts';

export type MaskError = (thrown: unknown) => GraphQLError;

/** Converts errors for clients: domain errors unchanged, GraphQL errors with a code, all others masked. */
export function maskError(log: Log): MaskError {
  return (thrown) => boundError(mask(thrown, log));
}

function mask(thrown: unknown, log: Log): GraphQLError {
  const error =
    thrown instanceof GraphQLError ? thrown : new GraphQLError('', { originalError: coerceError(thrown) });
  const original = rootCause(error);
  const known = original instanceof DomainError ? original : original && asUnavailable(original);
  if (known) return fromDomain(error, known);
  const told = original === undefined ? fromGraphql(error) : null;
  return told ?? unexpected(error, original ?? error, log);
}

/** Unwraps GraphQL's own wrappers; undefined when GraphQL itself found the error. */
function rootCause(error: Error): Error | undefined {
  if (!(error instanceof GraphQLError)) return error;
  return error.originalError && rootCause(error.originalError);
}

function fromDomain(error: GraphQLError, { code, message, details }: DomainError): GraphQLError {
  return located(error, message, { code, ...details, ...httpOf(error, statusOf(code), details) });
}

/** An error of the whole request, unlike one of a field, also determines the HTTP status. */
function httpOf(error: GraphQLError, status: number, { retryAfter }: ErrorDetails = {}): object {
  const http = {
    ...(error.path === undefined && { status }),
    ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
  };
  return Object.keys(http).length > 0 ? { http } : {};
}

/** null: an error of the schema or of a resolver that GraphQL detected, so not the client's. */
function fromGraphql(error: GraphQLError): GraphQLError | null {
  if (isOurs(error.extensions.code)) {
    const plain = withoutValue(error.message);
    return plain === error.message ? error : located(error, plain, { ...error.extensions });
  }
  const field = wrongValueOf(error);
  if (error.path !== undefined && field === undefined) return null;
  const { http } = error.extensions;
  return located(error, withoutValue(error.message), {
    code: codeOf(error, field),
    ...(field && { field }),
    ...(http && { http }),
  });
}

function isOurs(code: unknown): code is RequestErrorCode {
  return REQUEST_ERROR_CODES.some((known) => known === code);
}

/** Yoga uses one code of its own for all problems of a request outside its document. */
function codeOf({ extensions }: GraphQLError, field: string | undefined): RequestErrorCode {
  if ((extensions.http as { status?: number } | undefined)?.status === 405) return 'METHOD_NOT_ALLOWED';
  return field || extensions.code === 'BAD_REQUEST' ? 'VALIDATION_ERROR' : 'GRAPHQL_VALIDATION_FAILED';
}

/** The invalid variable, argument or body member; their messages begin with it. */
function wrongValueOf({ message }: GraphQLError): string | undefined {
  if (message === 'Must provide query string.') return 'query';
  const named = /^(?:Argument|Expected|Unexpected parameter) "(\w+)"/.exec(message);
  return variableIssue(message)?.field ?? named?.[1];
}

function unexpected(error: GraphQLError, original: Error, log: Log): GraphQLError {
  const errorId = newId();
  log.error({ errorId, path: error.path, error: original.stack }, 'unexpected error');
  const message = `an unexpected error occurred; it is logged under ${errorId}`;
  return located(error, message, { code: 'INTERNAL_ERROR', errorId, ...httpOf(error, 500) });
}

function located(error: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError {
  const { nodes, source, positions, path } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}
