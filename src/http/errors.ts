import { GraphQLError } from 'graphql';
import { DomainError, type ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { newId } from '../rules/ids.ts';

/** What a client is told: the errors of the domain as they are, of GraphQL with a code, all others masked. */
export function maskError(log: Log) {
  return (thrown: unknown): GraphQLError => {
    const error =
      thrown instanceof GraphQLError ? thrown : new GraphQLError('', { originalError: toError(thrown) });
    const original = rootCause(error);
    if (original instanceof DomainError) return fromDomain(error, original);
    if (original === undefined) return fromGraphql(error);
    return unexpected(error, original, log);
  };
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** What lies under GraphQL's own wrappings; undefined when GraphQL itself found the fault. */
function rootCause(error: Error): Error | undefined {
  if (!(error instanceof GraphQLError)) return error;
  return error.originalError && rootCause(error.originalError);
}

function fromDomain(error: GraphQLError, original: DomainError): GraphQLError {
  const extensions = { code: original.code, ...original.details, ...httpOf(error, original.code) };
  return located(error, original.message, extensions);
}

/** Credentials that are no good fail the whole request; that is for its status to say, too. */
function httpOf(error: GraphQLError, code: ErrorCode): object {
  return error.path === undefined && code === 'UNAUTHENTICATED' ? { http: { status: 401 } } : {};
}

function fromGraphql(error: GraphQLError): GraphQLError {
  const field = fieldOf(error);
  const given = error.extensions.code;
  const code = isOurs(given)
    ? given
    : isRequestFault(error)
      ? 'GRAPHQL_VALIDATION_FAILED'
      : 'VALIDATION_ERROR';
  return located(error, error.message, { ...error.extensions, code, ...(field && { field }) });
}

function isOurs(code: unknown): code is ErrorCode {
  return code === 'GRAPHQL_PARSE_FAILED' || code === 'GRAPHQL_VALIDATION_FAILED';
}

/** The document is at fault, not a value that came with it. */
function isRequestFault(error: GraphQLError): boolean {
  return error.path === undefined && fieldOf(error) === null;
}

/** graphql-js names the place of a wrong value only in its message. */
function fieldOf({ message }: GraphQLError): string | null {
  const variable =
    /^Variable "\$(\w+)" (?:has|got) invalid value(?: .*?)?(?: at "?([\w.$[\]]+?)"?)?[:;]/.exec(message);
  if (variable) return pathText(variable[1]!, variable[2] ?? '');
  const argument = /Argument "(?:\w+\.)*(\w+)(?:\([^)]*\))?"? has invalid value(?: at ([\w.[\]]+))?/.exec(
    message,
  );
  return argument ? pathText(argument[1]!, argument[2] ?? '') : null;
}

function pathText(root: string, rest: string): string {
  return `${root}${rest.replaceAll(/\[(\d+)\]/g, '.$1')}`.replace(/^(\w+)\1\./, '$1.');
}

function unexpected(error: GraphQLError, original: Error, log: Log): GraphQLError {
  const errorId = newId();
  log.error({ errorId, path: error.path, error: original.stack }, 'unexpected error');
  const message = `something went wrong on our side; the log has it under ${errorId}`;
  return located(error, message, { code: 'INTERNAL_ERROR', errorId });
}

function located(error: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError {
  const { nodes, source, positions, path } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}
