import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DialectTable } from '../definitions/dialect-table.ts';
import { createRequestCount } from './count-requests.ts';
import { documentedPath } from './documented-path.ts';
import type { SchemaAccess } from './schema-access.ts';

/**
 * Counts a request of a dialect once, and adds the state of its limit to the response. @throws DomainError
 * RATE_LIMITED
 */
export function requestCount(dialect: DialectTable, access: SchemaAccess) {
  const countRequest = createRequestCount(access);
  const counted = new WeakSet<FastifyRequest>();
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (counted.has(request)) return;
    counted.add(request);
    const path = request.routeOptions.config?.legacyPath ?? documentedPath(dialect, request);
    const { headers, refusal } = await countRequest(dialect, request.raw, {
      path,
      params: request.params,
      body: request.body,
    });
    reply.headers(headers);
    if (refusal) throw refusal;
  };
}
