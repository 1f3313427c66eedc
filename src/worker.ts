/** `npm run start:worker`: a worker only; any number of them share a database. */
import { resolve } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { createComputation } from './computation/computation.ts';
import type { Config } from './config.ts';
import { createCustomModels } from './engine/models/custom-models.ts';
import { keepFindingModels } from './engine/models/find-models.ts';
import { createKeptQuirks } from './engine/models/kept-quirks.ts';
import { createOutbound } from './engine/outbound/outbound.ts';
import { LIMITS, type Limits } from './engine/sandbox/limits.ts';
import { createSandbox } from './engine/sandbox/sandbox.ts';
import { coerceError } from './errors.ts';
import { recordCreatedRuns } from './http/overload/record-created-runs.ts';
import { type Jobs, startJobs } from './jobs/start-jobs.ts';
import type { Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { createQuirkMemory } from './providers/quirks/memory.ts';
import { createProviders } from './providers/registry.ts';
import { newId } from './rules/ids/ids.ts';
import { keptSecret } from './secrets/kept-secret.ts';
import { createSecretBox } from './secrets/secret-box.ts';
import { migrate } from './start/migrate-database.ts';
import { isEntryPoint, requireDatabaseUrl, runUntilStopped } from './start/run-until-stopped.ts';
import { ensureLocalAdmin } from './store/accounts/server-accounts.ts';
import { createTextWriter } from './store/log/generated-text/batch-text.ts';
import type { Store } from './store/store.ts';
import { openStore } from './store/store.ts';
import { workspaceSettings } from './workspaces/workspaces.ts';

export interface Worker extends Jobs {
  /** What isolates commands on this machine, or why nothing does: a line for the operator. */
  sandbox: string;
}

/** @param urls `isOurs` when the database belongs to this process; then there is a local admin */
export async function startWorker(
  config: Config,
  log: Log,
  store: Store,
  urls: { url: string; directUrl: string; isOurs?: boolean },
  metrics: Metrics,
): Promise<Worker> {
  const writer = createTextWriter(store.database, store.bus, log);
  const outbound = createOutbound(config.outboundAllow);
  const secrets = createSecretBox(config);
  const custom = createCustomModels({ database: store.database, secrets, outbound });
  const computation = createComputation(config.rateLimitFactor);
  const sandbox = createSandbox({
    mode: config.sandbox,
    isProduction: config.production,
    searchPath: config.searchPath,
    hidden: [resolve(config.dataDir), ...config.workspaceRoots],
    roots: config.workspaceRoots,
    limits: limitsOf(config),
    log,
  });
  const checked = sandbox.check().then(
    (isolation) => `Commands of agents and templates are isolated by: ${isolation}`,
    (error: unknown) => `Agents work without commands and files: ${coerceError(error).message}`,
  );
  const localAdminId = urls.isOurs ? await ensureLocalAdmin(store.database, newId()) : null;
  const quirks = createQuirkMemory(createKeptQuirks(store.database));
  const engine = {
    store,
    writer,
    providers: await createProviders(config, custom, quirks),
    quirks,
    providerRetryMs: config.providerRetryMs,
    sandbox,
    workspaces: workspaceSettings(config, localAdminId),
    outbound,
    secrets,
    compute: computation.ofRuns,
    metrics: metrics.work,
    log,
  };
  const described = await checked;
  const jobs = await startJobs(engine, {
    directUrl: urls.directUrl,
    concurrency: config.workerConcurrency,
    share: config.accountShare,
  });
  const stopFindingModels = keepFindingModels(engine);
  return {
    sandbox: described,
    async stop() {
      await stopFindingModels();
      await jobs.stop();
      await computation.stop();
    },
  };
}

function limitsOf(config: Config): Limits {
  return {
    ...LIMITS,
    account: config.workspaceQuota,
    diskReserve: config.diskReserve,
    commandsPerAccount: config.commandsPerAccount,
    commands: config.commandsAtOnce,
  };
}

/**
 * With Redis, so that runs created by this process count for the rate limits of the API. @returns a function
 * that stops it
 */
async function countCreatedRuns(config: Config, log: Log, store: Store): Promise<() => void> {
  if (config.redisUrl === null) return () => {};
  const { connectRedis } = await import('./store/log/redis-client.ts');
  const { createOperationLimits } = await import('./http/overload/operation-limits.ts');
  const redis = connectRedis(config.redisUrl, (error) =>
    log.debug({ error }, 'runs are counted per process'),
  );
  const stopRecording = recordCreatedRuns(store, createOperationLimits(config, redis), log);
  return () => {
    stopRecording();
    redis.destroy();
  };
}

/** Most workers serve no metrics, and need not load the modules. */
async function show(config: Config, log: Log, store: Store, metrics: Metrics) {
  const { createWorkerApp } = await import('./http/worker-app.ts');
  const { createTokens } = await import('./resolvers/accounts/logins/tokens.ts');
  const secret = config.jwtSecret ?? (await keptSecret(resolve(config.dataDir, 'jwt.secret')));
  const tokens = createTokens(secret);
  return createWorkerApp({ config, log, store, tokens, metrics, version: packageJson.version });
}

if (isEntryPoint(import.meta)) {
  await runUntilStopped(async ({ config, log, atStop }) => {
    const urls = requireDatabaseUrl(config, 'start:worker');
    await migrate(urls.directUrl, log);
    const metrics = createMetrics(packageJson.version);
    const store = metrics.measure(await openStore(urls.url, config, log));
    atStop(() => store.close());
    const stopCounting = await countCreatedRuns(config, log, store);
    atStop(async () => stopCounting());
    const worker = await startWorker(config, log, store, urls, metrics);
    atStop(() => worker.stop());
    if (config.metricsPort !== null) {
      const app = await show(config, log, store, metrics);
      atStop(() => app.close());
      await app.listen({ host: config.host, port: config.metricsPort });
    }
    return `Polyphony worker is ready for ${config.workerConcurrency} runs at once.\n  ${worker.sandbox}`;
  });
}
