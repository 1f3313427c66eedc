/** `npm run start:api`: the API only; workers run elsewhere, on the same database. */
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { createComputation } from './computation/computation.ts';
import type { Config } from './config.ts';
import type { Services } from './context.ts';
import { createIntegrationTester } from './engine/deliveries/tester.ts';
import { createOutbound } from './engine/outbound/outbound.ts';
import { createOutboundFetch } from './engine/outbound/outbound-fetch.ts';
import { createApp } from './http/app.ts';
import { readConsole } from './http/console/console-files.ts';
import { createSerializeLarge } from './http/overload/answer-size.ts';
import { limitHeapGrowth } from './http/overload/heap-growth.ts';
import { createLoginLimits } from './http/overload/login-limits.ts';
import { createOperationLimits } from './http/overload/operation-limits.ts';
import { recordCreatedRuns } from './http/overload/record-created-runs.ts';
import type { Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { createReach } from './providers/probe-providers.ts';
import { configuredProviders } from './providers/registry.ts';
import { createTokens } from './resolvers/accounts/logins/tokens.ts';
import { createPasswords } from './resolvers/accounts/passwords.ts';
import { newId } from './rules/ids/ids.ts';
import { keptSecret } from './secrets/kept-secret.ts';
import { createSecretBox } from './secrets/secret-box.ts';
import { openAccessLinks } from './start/access-links.ts';
import { migrate } from './start/migrate-database.ts';
import { isEntryPoint, requireDatabaseUrl, runUntilStopped } from './start/run-until-stopped.ts';
import { createLegacyUse } from './store/accounts/legacy-use.ts';
import { ensureLocalAdmin } from './store/accounts/server-accounts.ts';
import { createReading } from './store/database/read-limit.ts';
import { readModelAddresses } from './store/models/endpoints.ts';
import type { Store } from './store/store.ts';
import { openStore } from './store/store.ts';

const HASHES_AT_ONCE = 2;

export interface RunningServer {
  url: string;
  /** Opens GraphiQL as the local admin, once; null: there is no local admin. */
  link: string | null;
  /** Opens the console, as the local admin if there is one, then once; null: it is not served. */
  consoleUrl: string | null;
  /** Base URL that admits guests; null: there are no guests. */
  baseUrl: string | null;
  stop(): Promise<void>;
}

/**
 * @param isEmbedded whether the database belongs to this process; then a link opens GraphiQL as the local
 * admin
 */
export async function startServer(
  config: Config,
  log: Log,
  store: Store,
  isEmbedded: boolean,
  metrics: Metrics,
): Promise<RunningServer> {
  limitHeapGrowth();
  const redis = config.redisUrl === null ? null : await connectToRedis(config.redisUrl, log);
  const outbound = createOutbound(config.outboundAllow);
  const secrets = createSecretBox(config);
  const computation = createComputation(config.rateLimitFactor);
  const localAdminId = isEmbedded ? await ensureLocalAdmin(store.database, newId()) : null;
  const services: Services = {
    config,
    log,
    store,
    tokens: createTokens(config.jwtSecret ?? (await keptSecret(resolve(config.dataDir, 'jwt.secret')))),
    passwords: createPasswords(Math.max(1, Math.round(HASHES_AT_ONCE * config.rateLimitFactor))),
    loginLimits: createLoginLimits(config.rateLimitFactor, redis),
    operationLimits: createOperationLimits(config, redis),
    legacyUse: createLegacyUse(store.database, log),
    secrets,
    providers: configuredProviders(config),
    reach: createReach(config, {
      baseUrls: () => readModelAddresses(store.database),
      fetch: createOutboundFetch(outbound),
    }),
    metrics,
    integrationTester: createIntegrationTester({ outbound, secrets }),
    computation,
    reading: createReading(config.poolMax),
    serializeLarge: createSerializeLarge(),
    localAdminId,
    version: packageJson.version,
  };
  const stopRecording = recordCreatedRuns(store, services.operationLimits, log);
  const accessLinks = await openAccessLinks(config, localAdminId);
  const consoleFiles = config.console ? await readConsole() : null;
  const app = await createApp(services, { ...accessLinks, consoleFiles, redis });
  app.addHook('onClose', async () => {
    stopRecording();
    redis?.destroy();
    await services.legacyUse.stop();
    await computation.stop();
  });
  await app.listen({ host: config.host, port: config.port });
  // Loads the list of common passwords before the first registration.
  void services.passwords.isCommon('');
  const url = urlOf(app.server.address() as AddressInfo);
  return {
    ...(await accessLinks.issue(url, consoleFiles !== null)),
    stop: () => app.close().finally(accessLinks.close),
  };
}

/** The store's own client logs when Redis is unavailable. */
async function connectToRedis(url: string, log: Log) {
  const { connectRedis } = await import('./store/log/redis-client.ts');
  return connectRedis(url, (error) => log.debug({ error }, 'rate limits are counted per process'));
}

function urlOf({ address, port, family }: AddressInfo): string {
  const anywhere = address === '0.0.0.0' || address === '::';
  const host =
    anywhere || address === '127.0.0.1' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}

/** The lines that a started server prints: its URLs and links. */
export function describeAccess({ url, link, consoleUrl, baseUrl }: RunningServer): string[] {
  const lines = [`  GraphQL API, and GraphiQL in a browser: ${link ?? `${url}/graphql`}`];
  if (consoleUrl !== null) lines.push(`  Console: ${consoleUrl}`);
  if (link !== null)
    lines.push(
      '    Each link works once, within a day; `npm run link` prints another, with `-- --console` for the console.',
    );
  lines.push(`  Health: ${url}/health`);
  if (baseUrl !== null) lines.push(`  Base URL for OrchestrateX clients: ${baseUrl}/orchestratex`);
  return lines;
}

if (isEntryPoint(import.meta)) {
  await runUntilStopped(async ({ config, log, atStop }) => {
    const { url, directUrl } = requireDatabaseUrl(config, 'start:api');
    await migrate(directUrl, log);
    const metrics = createMetrics(packageJson.version);
    const store = metrics.measure(await openStore(url, config, log));
    atStop(() => store.close());
    const server = await startServer(config, log, store, false, metrics);
    atStop(() => server.stop());
    return [`Polyphony API is at ${server.url}/graphql`, ...describeAccess(server)].join('\n');
  });
}
