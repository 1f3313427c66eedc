import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readJsonText } from '../../rules/json/text.ts';

/**
 * Parses JSON like Fastify, after checking that it does not have too many parts, or numbers that parsing
 * would change. Long bodies arrive here one after the other, see `limitBodies`.
 */
export function limitJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done) => {
      const { text, error } = readJsonText(body, 'body');
      if (error) done(error);
      else parse(request, text, done);
    },
  );
}
