import Fastify from 'fastify';
import { createComputation } from '../../src/computation/computation.ts';
import type { Services } from '../../src/context.ts';
import { createSchemaAccess } from '../../src/http/dialects/create-schema-access.ts';
import { createSubscribe } from '../../src/http/graphql/share-results.ts';
import { createSerializeLarge } from '../../src/http/overload/answer-size.ts';
import { createConnections } from '../../src/http/overload/connections.ts';
import { createOperationLimits } from '../../src/http/overload/operation-limits.ts';
import { createRequestLimits } from '../../src/http/overload/request-limits.ts';
import { createAdmission } from '../../src/http/requests/admission.ts';
import { createBaseUrl } from '../../src/http/requests/base-url.ts';
import { createAtCredentialEnd } from '../../src/http/requests/credential-end.ts';
import { createVisitors } from '../../src/http/requests/visitors.ts';
import { createSendArtifact } from '../../src/http/routes/artifacts.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { createReach } from '../../src/providers/probe-providers.ts';
import { configuredProviders } from '../../src/providers/registry.ts';
import { createTokens } from '../../src/resolvers/accounts/logins/tokens.ts';
import type { DialectTable } from '../../src/rest-compat/definitions/dialect-table.ts';
import { dialectScope } from '../../src/rest-compat/dialect-routes.ts';
import type { SchemaAccess } from '../../src/rest-compat/handling/schema-access.ts';
import { createLegacyUse } from '../../src/store/accounts/legacy-use.ts';
import { createReading } from '../../src/store/database/read-limit.ts';
import type { TestServer } from '../harness/server.ts';

export interface RowServer {
  /** Of the dialect's mount. */
  url: string;
  access: SchemaAccess;
  stop(): Promise<void>;
}

/** A dialect of the test's own rows, over the real schema and the database and tokens of `server`. */
export async function serveRows({ config, store }: TestServer, dialect: DialectTable): Promise<RowServer> {
  const log = createLog(config.logLevel);
  const legacyUse = createLegacyUse(store.database, log);
  const services = {
    config,
    log,
    legacyUse,
    metrics: createMetrics('test'),
    store,
    tokens: createTokens(config.jwtSecret!),
    providers: configuredProviders(config),
    reach: createReach(config, { baseUrls: async () => [], fetch }),
    computation: createComputation(config.rateLimitFactor),
    operationLimits: createOperationLimits(config, null),
    reading: createReading(config.poolMax),
    serializeLarge: createSerializeLarge(),
  } as unknown as Services;
  const admission = createAdmission(services);
  const access = createSchemaAccess(services, {
    admission,
    visitors: createVisitors(services, {
      admission,
      baseUrl: createBaseUrl(() => null),
      atCredentialEnd: createAtCredentialEnd(services),
    }),
    sendArtifact: createSendArtifact(services, admission),
    count: createRequestLimits(config.rateLimitFactor, null),
    connections: createConnections(services, admission),
    subscribe: createSubscribe(),
  });
  const app = Fastify({ forceCloseConnections: true });
  await app.register(dialectScope(dialect, access, new WeakMap()), { prefix: `/${dialect.name}` });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  async function stop(): Promise<void> {
    await app.close();
    await legacyUse.stop();
  }
  return { url: `${url}/${dialect.name}`, access, stop };
}
