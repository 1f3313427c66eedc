import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { type Config, readConfig } from '../../src/config.ts';
import { createLog, type Log } from '../../src/log.ts';
import { createMetrics, type Metrics } from '../../src/metrics/metrics.ts';
import { makeLink } from '../../src/secrets/one-time-links.ts';
import { startServer } from '../../src/server.ts';
import type { Store } from '../../src/store/store.ts';
import { openStore } from '../../src/store/store.ts';
import { startWorker } from '../../src/worker.ts';
import { getPage, tokenIn } from '../http/page.ts';
import { type Client, createClient } from './client.ts';
import { filledTemplate } from './filled-database.ts';
import { createFolder } from './folder.ts';
import { admin, withDatabase } from './suite/postgres.ts';

export interface TestServer {
  url: string;
  databaseUrl: string;
  store: Store;
  metrics: Metrics;
  config: Config;
  /** Opens GraphiQL as the local admin, once. @param url where the server is reached, unless directly. */
  link(url?: string): Promise<string>;
  /** Makes who knows no login a guest; null: there is none. */
  baseUrl: string | null;
  /** A client of the local admin, with the token of a page. */
  localAdmin(): Promise<Client>;
  /** A client of a fresh account. */
  newUser(): Promise<Client>;
  /** A client without credentials. */
  anonymous: Client;
  stop(): Promise<void>;
}

export interface TestServerOptions {
  /** Environment variables beyond the defaults of the tests. */
  variables?: Record<string, string>;
  /** false: only the API; runs stay queued. */
  worker?: boolean;
  /** A migrated database of the caller's, which stays; default: one of its own. */
  databaseUrl?: string;
  /** With 100,000 runs, of which tests read the plans. */
  isFilled?: boolean;
  /** With a local admin, as in embedded mode. */
  embedded?: boolean;
  /** In place of the one on stderr. */
  log?: Log;
}

/** A migrated database of its own. @param isFilled whether it has 100,000 runs, see `filledTemplate` */
export async function createDatabase(isFilled = false): Promise<{ url: string; drop(): Promise<void> }> {
  const url = inject('postgresUrl');
  const template = isFilled ? await filledTemplate() : new URL(url).pathname.slice(1);
  const name = `test_${randomBytes(6).toString('hex')}`;
  // The default strategy writes each page to the log of the server: thrice the CPU time where fsync is off.
  await admin(url, `create database ${name} template ${template} strategy file_copy`);
  return {
    url: withDatabase(url, name),
    drop: () => admin(url, `drop database if exists ${name} with (force)`),
  };
}

/** API and worker in this process, as `npm start` has them, on a database of their own and a free port. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  // What has started is stopped when what follows it fails to.
  await using started = new AsyncDisposableStack();
  const database = options.databaseUrl
    ? { url: options.databaseUrl, drop: async () => {} }
    : await createDatabase(options.isFilled);
  started.defer(() => database.drop());
  const folder = await createFolder();
  started.defer(() => folder.remove());
  const config = readConfig({
    NODE_ENV: 'test',
    PORT: '0',
    DATABASE_URL: database.url,
    JWT_SECRET: 'a secret of the tests, long enough',
    DATA_DIR: folder.path,
    SECRETS_KEY: Buffer.alloc(32).toString('base64'),
    WORKER_CONCURRENCY: '50',
    PG_POOL_MAX: '10',
    // Nobody is there: an Ollama of the developer's own would be found, and chosen before the demo model.
    OLLAMA_HOST: '127.0.0.1:9',
    RATE_LIMIT_FACTOR: '1000',
    // A provider that fails is meant to end the run, where a test does not say otherwise.
    PROVIDER_RETRY_SECONDS: '0',
    ...options.variables,
  });
  const log = options.log ?? createLog(config.logLevel);
  const metrics = createMetrics('test');
  const opened = await openStore(database.url, config, log);
  const store = metrics.measure(opened);
  started.defer(() => store.close());
  const urls = { url: database.url, directUrl: database.url, isOurs: options.embedded ?? false };
  const jobs = options.worker === false ? null : await startWorker(config, log, store, urls, metrics);
  started.defer(() => jobs?.stop());
  const server = await startServer(config, log, store, options.embedded ?? false, metrics);
  started.defer(() => server.stop());
  const link = async (url = server.url) => `${url}/graphql?link=${await makeLink(config.dataDir)}`;
  let users = 0;
  const running = started.move();
  return {
    link,
    baseUrl: server.baseUrl,
    async localAdmin() {
      const token = tokenIn(await getPage(await link()));
      return createClient(server.url, { authorization: `Bearer ${token}` });
    },
    url: server.url,
    databaseUrl: database.url,
    store,
    metrics,
    config,
    anonymous: createClient(server.url),
    async newUser() {
      users += 1;
      const email = `user${users}@example.com`;
      return createClient(server.url).register({ email, password: 'a good password', name: `User ${users}` });
    },
    stop: () => running.disposeAsync(),
  };
}
