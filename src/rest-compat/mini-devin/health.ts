import { z } from 'zod';
import { endpoint } from '../dialect.ts';
import { graphql } from '../documents.ts';

export const healthEndpoints = [
  endpoint({
    method: 'GET',
    path: '/health',
    access: 'public',
    input: z.object({}),
    document: graphql('query health { health { status version } }'),
    variables: () => ({}),
    respond: ({ health }) => health,
    status: 200,
  }),
];
