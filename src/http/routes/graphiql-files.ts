import type { FastifyInstance } from 'fastify';
import { DomainError } from '../../errors.ts';
import type { GraphiqlPage } from '../graphql/graphiql.ts';
import { ASSETS } from '../graphql/graphiql-assets.ts';

/** The files that the page of GraphiQL loads. */
export function graphiqlFiles(graphiql: GraphiqlPage) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get<{ Params: { name: string } }>(`/graphql/${ASSETS}/:name`, async (request, reply) => {
      const file = await graphiql.file(request.params.name);
      if (file) return file.send(request, reply);
      throw new DomainError('NOT_FOUND', 'GraphiQL has no such file; load the page again');
    });
  };
}
