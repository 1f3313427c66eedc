import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Services } from '../context.ts';
import { health } from '../resolvers/health.ts';
import { mountDialects } from '../rest-compat/index.ts';
import { createContext } from './context.ts';
import { answerFailure, answerUnknownPath } from './failures.ts';
import { createGraphiqlPage } from './graphiql.ts';
import { createGraphql } from './graphql.ts';
import { graphqlRoute } from './graphql-route.ts';
import { createSchemaAccess } from './schema-access.ts';
import { attachSockets } from './sockets.ts';

const MAX_BODY_BYTES = 5 * 1024 * 1024;

export interface AppOptions {
  /** Whose token stands in GraphiQL; null: nobody's. */
  localAdminId: string | null;
}

/** The whole HTTP side: GraphQL with its page and its sockets, health, and the legacy mounts. */
export async function createApp(services: Services, options: AppOptions): Promise<FastifyInstance> {
  const onFailure = answerFailure(services.log);
  const app = Fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true, frameworkErrors: onFailure });
  app.setErrorHandler(onFailure);
  app.setNotFoundHandler(answerUnknownPath);
  const graphiql = services.config.production ? null : createGraphiqlPage(services, options.localAdminId);
  const yoga = createGraphql(services, graphiql);
  // GraphiQL is one page with its scripts inside it, and its editor starts workers from blobs.
  await app.register(helmet, {
    contentSecurityPolicy: false,
    strictTransportSecurity: services.config.production,
  });
  await app.register(cors, {
    origin: [...services.config.corsOrigins],
    credentials: true,
    exposedHeaders: ['Link'],
    // Not every OPTIONS is a browser's question.
    strictPreflight: false,
  });
  await app.register(graphqlRoute(yoga, services));
  app.get('/health', async () => health(createContext(services, null, 'graphql')));
  await mountDialects(app, createSchemaAccess(services));
  const sockets = attachSockets(app.server, yoga.graphqlEndpoint, yoga, services);
  app.addHook('preClose', () => sockets.close());
  return app;
}
