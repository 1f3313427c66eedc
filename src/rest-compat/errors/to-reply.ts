import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLError } from 'graphql';
import { DomainError } from '../../errors.ts';
import type { Circumstances, ErrorWriter, Refusal, Subject } from '../definitions/terms.ts';
import { fastifyError } from './from-fastify.ts';
import { domainErrorOf } from './from-graphql.ts';
import { spentHeaders } from './limit-headers.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    about?: Subject | undefined;
    /** The documented path, for counting requests to older APIs. */
    legacyPath?: string | undefined;
  }
}

interface Masking {
  /** As in SchemaAccess. */
  mask(thrown: unknown): GraphQLError;
}

/** Converts any error of a request. */
export function toDomainError(thrown: FastifyError, request: FastifyRequest, { mask }: Masking): DomainError {
  if (thrown instanceof DomainError) return thrown;
  return fastifyError(thrown, request) ?? domainErrorOf(mask(thrown));
}

/** @param possible the dialects whose clients may have sent it, if that is not certain */
export function refuse(
  dialect: ErrorWriter,
  possible: readonly ErrorWriter[],
  error: DomainError,
  { routeOptions }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const about = routeOptions.config?.about ?? null;
  const { status, body } = inAllWords(dialect, possible, error, { at: new Date(), about });
  const { retryAfter } = error.details;
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  if (status === 429 && retryAfter !== undefined)
    reply.headers(spentHeaders((name) => reply.getHeader(name), retryAfter));
  return reply.code(status).send(body);
}

/** The members that clients of any of them expect; where they share one, the chosen dialect's is used. */
function inAllWords(
  dialect: ErrorWriter,
  possible: readonly ErrorWriter[],
  error: DomainError,
  circumstances: Circumstances,
): Refusal {
  const { status, body } = dialect.refuse(error, circumstances);
  const others = possible.map((other) => other.refuse(error, circumstances).body);
  const all: Record<string, unknown> = Object.assign({}, ...others, body);
  return { status, body: 'status_code' in all ? { ...all, status_code: status } : all };
}
