import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, type ErrorCode, type RequestErrorCode } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { asUnavailable } from '../../resolvers/request/unavailable.ts';
import { fastifyError } from '../../rest-compat/errors/from-fastify.ts';
import { newId } from '../../rules/ids/ids.ts';
import { boundDetails, clip } from './bound-errors.ts';

const STATUS = {
  BAD_CURSOR: 400,
  CONFLICT: 409,
  DOCUMENT_NOT_ALLOWED: 403,
  FORBIDDEN: 403,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  INTERNAL_ERROR: 500,
  INVALID_STATE: 409,
  METHOD_NOT_ALLOWED: 405,
  NOT_FOUND: 404,
  PAYLOAD_TOO_LARGE: 413,
  // Not errors but parts of the exchange: clients then send the text.
  PERSISTED_QUERY_NOT_FOUND: 200,
  PERSISTED_QUERY_NOT_SUPPORTED: 200,
  PROVIDER_NOT_CONFIGURED: 400,
  QUOTA_EXCEEDED: 403,
  RATE_LIMITED: 429,
  UNAUTHENTICATED: 401,
  UNAVAILABLE: 503,
  UNKNOWN_MODEL: 400,
  UNSUPPORTED_MEDIA_TYPE: 415,
  VALIDATION_ERROR: 400,
  WRONG_CREDENTIALS: 401,
} as const satisfies Record<RequestErrorCode, number>;

/** The HTTP status of a request that failed as a whole with the code. */
export function statusOf(code: ErrorCode): number {
  return (STATUS as Partial<Record<ErrorCode, number>>)[code] ?? 500;
}

/** Answers errors outside of GraphQL in the same form as GraphQL errors. */
export function answerFailure(log: Log) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    // The client closed the connection, so there is no one to answer.
    if (isDeparture(error) && request.socket.destroyed) return reply.hijack();
    const failure =
      error instanceof DomainError ? error : (fastifyError(error, request) ?? asUnavailable(error));
    if (failure) return send(reply, failure);
    const errorId = newId();
    log.error({ errorId, error: error.stack }, 'unexpected error');
    const message = `an unexpected error occurred; it is logged under ${errorId}`;
    return reply.code(500).send({ errors: [{ message, extensions: { code: 'INTERNAL_ERROR', errorId } }] });
  };
}

/** Errors of reading from and writing to a connection that the other end closed. */
const DEPARTURES = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ABORT_ERR'];

function isDeparture({ code }: FastifyError): boolean {
  return DEPARTURES.includes(code);
}

export function answerUnknownPath({ method, url }: FastifyRequest, reply: FastifyReply) {
  // A base URL with a mistyped secret leads here as well.
  const path = url.split('?')[0]!.replace(/^\/k\/[^/]+/, '/k/…');
  return send(
    reply,
    new DomainError('NOT_FOUND', `there is nothing at ${method} ${path}; GraphQL is at /graphql`),
  );
}

function send(reply: FastifyReply, { code, message, details }: DomainError) {
  const extensions = { code, ...boundDetails(details) };
  if (details.retryAfter !== undefined) reply.header('retry-after', details.retryAfter);
  return reply.code(statusOf(code)).send({ errors: [{ message: clip(message), extensions }] });
}
