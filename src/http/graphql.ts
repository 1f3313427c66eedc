import type { FastifyRequest } from 'fastify';
import { NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Context, Services } from '../context.ts';
import { schema } from '../schema/index.ts';
import { type Asker, createContext } from './context.ts';
import { countOperations } from './count-operations.ts';
import type { AtCredentialEnd } from './credential-end.ts';
import { endStreams } from './end-streams.ts';
import { maskError } from './errors.ts';
import type { GraphiqlPage } from './graphiql.ts';
import { renderPage } from './graphiql-page.ts';
import { boundAnswers } from './limits/bound-answers.ts';
import { limitValidationErrors } from './limits/bound-errors.ts';
import { limitCost } from './limits/cost.ts';
import { createDocumentCache, limitDocument } from './limits/document-limits.ts';
import { limitInput } from './limits/input-limits.ts';
import { limitOperations } from './limits/limit-operations.ts';
import { explainNotAcceptable } from './not-acceptable.ts';
import { type PublicOperation, recognizePublic } from './public-operations.ts';
import { shareResults } from './share-results.ts';
import { streamHeaders } from './stream-headers.ts';
import { tellWrongInput } from './wrong-input.ts';

/** What the carrier of a request (HTTP or a socket) knows about it. */
export interface Carrier {
  /** @throws DomainError when the request is refused */
  asker(): Promise<Asker>;
  /** As if the request had no credentials. @throws DomainError when it is refused without them */
  anonymous(): Promise<Asker>;
  /** The client's address, as limits count it. */
  address: string;
  /** Present when the request came over HTTP. */
  http?: FastifyRequest;
}

export type Yoga = YogaServerInstance<Carrier, Context>;

/** GraphQL over HTTP and server-sent events; sockets use the same pipeline through `getEnveloped`. */
export function createGraphql(
  services: Services,
  graphiql: GraphiqlPage | null,
  atCredentialEnd: AtCredentialEnd,
): Yoga {
  return createYoga<Carrier, Context>({
    schema,
    context: async ({ asker, anonymous, isPublic }: Carrier & Partial<PublicOperation>) =>
      createContext(services, await (isPublic ? anonymous() : asker()), 'graphql'),
    logging: false,
    landingPage: false,
    graphiql: graphiql
      ? async (_request, carrier) => (carrier?.http ? graphiql.options(carrier.http) : false)
      : false,
    renderGraphiQL: renderPage,
    // One CORS policy for all paths, Fastify's.
    cors: false,
    multipart: false,
    parserAndValidationCache: createDocumentCache(),
    maskedErrors: { maskError: maskError(services.log) },
    plugins: [
      limitOperations(services.operationLimits),
      countOperations(services.metrics.http),
      recognizePublic,
      limitDocument,
      limitInput,
      tellWrongInput,
      limitValidationErrors,
      limitCost,
      boundAnswers,
      shareResults,
      endStreams(atCredentialEnd),
      explainNotAcceptable,
      streamHeaders,
      ...(services.config.production ? [withoutIntrospection] : []),
    ],
  });
}

const withoutIntrospection: Plugin = {
  onValidate({ addValidationRule }) {
    addValidationRule(NoSchemaIntrospectionCustomRule);
  },
};
