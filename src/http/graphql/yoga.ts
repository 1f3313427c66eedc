import { NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Context, Services } from '../../context.ts';
import { schema } from '../../schema/index.ts';
import { limitValidationErrors } from '../errors/bound-errors.ts';
import { maskError } from '../errors/from-graphql.ts';
import { nameWrongInput } from '../errors/name-wrong-input.ts';
import { explainNotAcceptable } from '../errors/not-acceptable.ts';
import { boundAnswers } from '../overload/bound-answers.ts';
import { createContext } from '../requests/context.ts';
import type { AtCredentialEnd } from '../requests/credential-end.ts';
import type { Transport } from '../requests/transport.ts';
import { countOperations } from './count-operations.ts';
import { createDocumentCache, limitDocument } from './document-limits.ts';
import type { Documents } from './documents/documents.ts';
import { findDocuments } from './documents/find-documents.ts';
import type { Manifest } from './documents/manifest.ts';
import type { GraphiqlPage } from './graphiql.ts';
import { limitInput } from './input-limits.ts';
import { limitOperations } from './limit-operations.ts';
import { type PublicOperation, recognizePublic } from './public-operations.ts';
import { limitCost } from './query-cost.ts';
import { refuseInBatches } from './refuse-in-batches.ts';
import { type Subscribe, shareResults } from './share-results.ts';
import { endStreams } from './streams/end-streams.ts';
import { sendStreams } from './streams/send-streams.ts';
import { streamHeaders } from './streams/stream-headers.ts';

export type Yoga = YogaServerInstance<Transport, Context>;

interface Parts {
  graphiql: GraphiqlPage | null;
  atCredentialEnd: AtCredentialEnd;
  subscribe: Subscribe;
  documents: Documents;
  trusted: Manifest;
}

/** GraphQL over HTTP and server-sent events; sockets use the same pipeline through `getEnveloped`. */
export function createGraphql(
  services: Services,
  { graphiql, atCredentialEnd, subscribe, documents, trusted }: Parts,
): Yoga {
  return createYoga<Transport, Context>({
    schema,
    context: async ({ asker, anonymous, isPublic }: Transport & Partial<PublicOperation>) =>
      createContext(services, await (isPublic ? anonymous() : asker()), 'graphql'),
    logging: false,
    landingPage: false,
    graphiql: graphiql
      ? async (_request, transport) => (transport?.http ? graphiql.options(transport.http) : false)
      : false,
    ...(graphiql && { renderGraphiQL: (options) => graphiql.render(options ?? {}) }),
    // One CORS policy for all paths, Fastify's.
    cors: false,
    multipart: false,
    parserAndValidationCache: createDocumentCache(trusted.values()),
    maskedErrors: { maskError: maskError(services.log) },
    plugins: [
      limitOperations(services.operationLimits),
      findDocuments(documents),
      countOperations(services.metrics.http),
      refuseInBatches,
      recognizePublic,
      limitDocument,
      limitInput,
      nameWrongInput,
      limitValidationErrors,
      limitCost(services.config.documents.costLimit),
      boundAnswers,
      shareResults(subscribe),
      endStreams(atCredentialEnd),
      explainNotAcceptable,
      sendStreams,
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
