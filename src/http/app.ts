import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Services } from '../context.ts';
import { createProbe } from '../resolvers/system/health.ts';
import { refuseUnreadablePath } from '../rest-compat/dialect-routes.ts';
import { mountDialects, mountSockets, unreadableFor } from '../rest-compat/index.ts';
import { openCompatPorts } from './connections/compat-ports.ts';
import { refuseMalformed } from './connections/malformed-requests.ts';
import { routeUpgrades } from './connections/upgrades.ts';
import type { ConsoleFiles } from './console/console-files.ts';
import { createSchemaAccess } from './dialects/create-schema-access.ts';
import { answerFailure, answerUnknownPath } from './errors/to-reply.ts';
import { createDocuments } from './graphql/documents/documents.ts';
import { readManifest } from './graphql/documents/manifest.ts';
import { createGraphiqlPage, type GraphiqlPage } from './graphql/graphiql.ts';
import { graphqlRoute } from './graphql/graphql-route.ts';
import { createSubscribe } from './graphql/share-results.ts';
import { openSockets } from './graphql/sockets.ts';
import { createReservations } from './graphql/streams/reservations.ts';
import { createSingleConnection } from './graphql/streams/single-connection.ts';
import { createGraphql } from './graphql/yoga.ts';
import { FASTIFY_TIMEOUTS } from './overload/connections.ts';
import type { Redis } from './overload/limiter.ts';
import { createRequestLimits } from './overload/request-limits.ts';
import { applyResourceLimits } from './overload/resource-limits.ts';
import { createAdmission } from './requests/admission.ts';
import { type BaseUrl, createBaseUrl } from './requests/base-url.ts';
import { countRequests } from './requests/count-requests.ts';
import { createAtCredentialEnd } from './requests/credential-end.ts';
import { limitJsonBodies } from './requests/json-body.ts';
import type { LocalAdmin } from './requests/one-time-link.ts';
import { createVisitors } from './requests/visitors.ts';
import { artifactRoute, createSendArtifact } from './routes/artifacts.ts';
import { consoleRoutes } from './routes/console-routes.ts';
import { exportRoute } from './routes/exports.ts';
import { graphiqlFiles } from './routes/graphiql-files.ts';
import { metricsRoute } from './routes/metrics-route.ts';
import { schemaRoute } from './routes/schema-route.ts';
import { sessionRoutes } from './routes/session-routes.ts';

const MAX_BODY_BYTES = 5 * 1024 * 1024;
/** A model id has up to 200 characters, each of which may be encoded as twelve. */
const MAX_PARAM_CHARACTERS = 2400;

export interface AppOptions {
  /** The account that a one-time link to GraphiQL logs in; null: there are no links. */
  localAdmin: LocalAdmin | null;
  /** null: the console is not served. */
  consoleFiles: ConsoleFiles | null;
  /** Reads the secret in the guests' base URL; null: guests have none. */
  baseUrlSecret(): string | null;
  /** Where requests are counted. */
  redis: Redis;
}

const CORS = {
  credentials: true,
  // The plugin's default has only the methods of HTML forms; the older APIs need the others as well.
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  exposedHeaders: [
    'Content-Disposition',
    'Deprecation',
    'Link',
    'Retry-After',
    'Sunset',
    'X-RateLimit-Limit',
    'X-RateLimit-Remaining',
    'X-RateLimit-Reset',
  ],
  // Not every OPTIONS request is a preflight.
  strictPreflight: false,
};

/**
 * The complete HTTP server: GraphQL with GraphiQL and WebSockets, health, and the mounts of the older APIs.
 */
export async function createApp(services: Services, options: AppOptions): Promise<FastifyInstance> {
  const baseUrl = createBaseUrl(options.baseUrlSecret);
  const app = createServer(services, baseUrl);
  limitJsonBodies(app);
  app.setNotFoundHandler(answerUnknownPath);
  countRequests(app, services.metrics.http);
  const graphiql = services.config.production ? null : createGraphiqlPage(services, options.localAdmin);
  const admission = createAdmission(services);
  const limits = applyResourceLimits(app, services, admission);
  const atCredentialEnd = createAtCredentialEnd(services);
  const subscribe = createSubscribe();
  const { mode, file } = services.config.documents;
  const trusted = file === null ? new Map<string, string>() : await readManifest(file);
  const documents = createDocuments(mode, trusted);
  const yoga = createGraphql(services, { graphiql, atCredentialEnd, subscribe, documents, trusted });
  // GraphiQL is one page with inline scripts, and its editor starts workers from blobs.
  await app.register(helmet, {
    contentSecurityPolicy: false,
    strictTransportSecurity: services.config.production,
  });
  await app.register(cors, { ...CORS, origin: [...services.config.corsOrigins] });
  const reservations = createReservations(limits.connections.streamsPerAccount, atCredentialEnd);
  const singleConnection = createSingleConnection(reservations, services.operationLimits);
  await app.register(graphqlRoute({ yoga, documents, admission, singleConnection }));
  const sendArtifact = createSendArtifact(services, admission);
  await app.register(artifactRoute(services, admission, sendArtifact));
  await app.register(exportRoute(services, admission, atCredentialEnd));
  await app.register(sessionRoutes(services, admission));
  const { oidc } = services.config;
  if (oidc) await app.register((await import('./routes/oidc.ts')).oidcRoutes(services, admission, oidc));
  await registerPages(app, services, graphiql, options);
  app.get('/health', createProbe(services));
  await app.register(metricsRoute(services.metrics, admission));
  const visitors = createVisitors(services, { admission, baseUrl, atCredentialEnd });
  const access = createSchemaAccess(services, {
    ...limits,
    admission,
    visitors,
    sendArtifact,
    count: createRequestLimits(services.config.rateLimitFactor, options.redis),
    subscribe,
  });
  const { compatDefault: fallback, compatPorts: ports, compatLifetimes: lifetimes } = services.config;
  await mountDialects(app, access, { fallback, ports, lifetimes, version: services.version });
  const { connections } = limits;
  const sockets = openSockets(yoga, services, { documents, admission, atCredentialEnd, connections });
  const carriers = [sockets, mountSockets(access, fallback)];
  const upgrades = routeUpgrades(app.server, carriers, { admission, baseUrl, ...limits });
  const closers = [upgrades.close];
  app.addHook('onReady', async () => {
    const { limit } = connections;
    const behind = { request: app.routing, upgrade: upgrades.route, limit, baseUrl };
    closers.push(await openCompatPorts(services.config.compatPorts, services.config.host, behind));
  });
  app.addHook('preClose', async () => void (await Promise.all(closers.map((close) => close()))));
  return app;
}

async function registerPages(
  app: FastifyInstance,
  services: Services,
  graphiql: GraphiqlPage | null,
  { consoleFiles, localAdmin }: AppOptions,
): Promise<void> {
  if (graphiql) {
    await app.register(graphiqlFiles(graphiql));
    await app.register(schemaRoute);
  }
  if (consoleFiles) await app.register(consoleRoutes(services, consoleFiles, localAdmin));
}

function createServer({ config, log }: Services, baseUrl: BaseUrl): FastifyInstance {
  const onFailure = answerFailure(log);
  const app = Fastify({
    ...FASTIFY_TIMEOUTS,
    bodyLimit: MAX_BODY_BYTES,
    clientErrorHandler: (error, socket) => refuseMalformed(error, socket as Socket),
    forceCloseConnections: true,
    rewriteUrl: (request) => baseUrl.targetOf(request),
    routerOptions: { maxParamLength: MAX_PARAM_CHARACTERS },
    frameworkErrors(error, request, reply) {
      const whose = unreadableFor(request, config.compatDefault);
      if (!whose) return onFailure(error, request, reply);
      return refuseUnreadablePath(whose, config.compatLifetimes, request, reply);
    },
  });
  app.setErrorHandler(onFailure);
  return app;
}
