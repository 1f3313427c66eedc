import type { FastifyRequest } from 'fastify';
import { NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Context, Services, Viewer } from '../context.ts';
import { schema } from '../schema/index.ts';
import { createContext } from './context.ts';
import { maskError } from './errors.ts';
import type { GraphiqlPage } from './graphiql.ts';
import { renderPage } from './graphiql-page.ts';
import { explainNotAcceptable } from './not-acceptable.ts';
import { tellWrongInput } from './wrong-input.ts';

/** What the carrier of a request (HTTP or a socket) knows about it. */
export interface Carrier {
  authenticate(): Promise<Viewer | null>;
  /** Present when the request came over HTTP. */
  http?: FastifyRequest;
}

export type Yoga = YogaServerInstance<Carrier, Context>;

/** GraphQL over HTTP and server-sent events; sockets use the same pipeline through `getEnveloped`. */
export function createGraphql(services: Services, graphiql: GraphiqlPage | null): Yoga {
  return createYoga<Carrier, Context>({
    schema,
    context: async ({ authenticate }) => createContext(services, await authenticate(), 'graphql'),
    logging: false,
    landingPage: false,
    graphiql: graphiql
      ? async (_request, carrier) => (carrier?.http ? graphiql.options(carrier.http) : false)
      : false,
    renderGraphiQL: renderPage,
    // One CORS policy for all paths, Fastify's.
    cors: false,
    multipart: false,
    maskedErrors: { maskError: maskError(services.log) },
    plugins: [
      tellWrongInput,
      explainNotAcceptable,
      ...(services.config.production ? [withoutIntrospection] : []),
    ],
  });
}

const withoutIntrospection: Plugin = {
  onValidate({ addValidationRule }) {
    addValidationRule(NoSchemaIntrospectionCustomRule);
  },
};
