import type { FastifyRequest } from 'fastify';
import { NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Context, Services } from '../context.ts';
import { schema } from '../schema/index.ts';
import type { AnswerTurns } from './answer-turns.ts';
import { boundAnswers } from './bound-answers.ts';
import { limitValidationErrors } from './bound-errors.ts';
import { type Asker, createContext } from './context.ts';
import { limitCost } from './cost.ts';
import { countOperations } from './count-operations.ts';
import { createDocumentCache, limitDocument } from './document-limits.ts';
import { maskError } from './errors.ts';
import type { GraphiqlPage } from './graphiql.ts';
import { renderPage } from './graphiql-page.ts';
import { limitInput } from './input-limits.ts';
import { limitRequests } from './limit-requests.ts';
import { explainNotAcceptable } from './not-acceptable.ts';
import { shareResults } from './share-results.ts';
import { tellWrongInput } from './wrong-input.ts';

/** What the carrier of a request (HTTP or a socket) knows about it. */
export interface Carrier {
  /** @throws DomainError when the request is refused */
  asker(): Promise<Asker>;
  /** The client's, as limits count it. */
  address: string;
  /** Present when the request came over HTTP. */
  http?: FastifyRequest;
}

export type Yoga = YogaServerInstance<Carrier, Context>;

/** GraphQL over HTTP and server-sent events; sockets use the same pipeline through `getEnveloped`. */
export function createGraphql(services: Services, graphiql: GraphiqlPage | null, turns: AnswerTurns): Yoga {
  return createYoga<Carrier, Context>({
    schema,
    context: async ({ asker }) => createContext(services, await asker(), 'graphql'),
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
      limitRequests(services.operationLimits),
      countOperations(services.metrics.http),
      limitDocument,
      limitInput,
      tellWrongInput,
      limitValidationErrors,
      limitCost,
      boundAnswers(turns),
      shareResults,
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
