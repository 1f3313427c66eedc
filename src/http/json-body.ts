import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../errors.ts';
import { jsonTextFault } from '../rules/json-text.ts';

/** Reads JSON as Fastify does, once it is known not to consist of too many parts. */
export function limitJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done) => {
      const message = jsonTextFault(body);
      if (message) done(new DomainError('PAYLOAD_TOO_LARGE', `the body ${message}`));
      else parse(request, body.toString(), done);
    },
  );
}
