import type { FastifyError, FastifyRequest } from 'fastify';
import { DomainError } from '../../errors.ts';

/** Converts errors that Fastify itself raises for a request; null when the request is not the cause. */
export function fastifyError(error: FastifyError, request: FastifyRequest): DomainError | null {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE': {
      const limit = request.routeOptions.bodyLimit;
      return new DomainError('PAYLOAD_TOO_LARGE', `the body is too large; allowed are ${limit} bytes`);
    }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedType(request);
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new DomainError('VALIDATION_ERROR', 'body: is not valid JSON, or has a member named __proto__', {
        field: 'body',
      });
    default:
      return isClientError(error) ? new DomainError('VALIDATION_ERROR', error.message) : null;
  }
}

export function unsupportedType({ headers }: FastifyRequest): DomainError {
  const given = headers['content-type'] ?? 'none';
  const message = `Content-Type ${given} is not supported; send application/json`;
  return new DomainError('UNSUPPORTED_MEDIA_TYPE', message);
}

function isClientError({ statusCode }: FastifyError): boolean {
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500;
}
