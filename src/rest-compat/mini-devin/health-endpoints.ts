import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';

export const healthEndpoints = [
  endpoint({
    method: 'GET',
    path: '/health',
    access: 'public',
    input: z.object({}),
    document: graphql('query health { health { status version } }'),
    variables: () => ({}),
    body: z.object({ status: z.string(), version: z.string() }),
    respond: ({ health }) => health,
    status: 200,
  }),
];
