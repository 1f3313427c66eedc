import type { FastifyInstance } from 'fastify';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../../schema/index.ts';
import { type KeptText, keepText } from '../requests/kept-text.ts';

/** `GET /schema.graphql`, as code generators read it. In production it is hidden, as introspection is. */
export async function schemaRoute(app: FastifyInstance): Promise<void> {
  let kept: KeptText | undefined;
  app.get('/schema.graphql', (request, reply) => {
    kept ??= keepText(printSchema(lexicographicSortSchema(schema)), 'text/plain; charset=utf-8', 'no-cache');
    return kept.send(request, reply);
  });
}
