/** `npm start`: everything in one process, with a Postgres of its own unless DATABASE_URL names one. */
import packageJson from '../package.json' with { type: 'json' };
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { createMetrics } from './metrics/metrics.ts';
import { runUntilStopped } from './process.ts';
import { startServer } from './server.ts';
import { startEmbeddedPostgres } from './store/embedded-postgres/start.ts';
import { migrate } from './store/migrate.ts';
import { openStore } from './store/open-store.ts';
import { releaseAllWorkers } from './store/workers.ts';
import { startWorker } from './worker.ts';

await runUntilStopped(async ({ config, log, atStop }) => {
  const { atEnd, ...urls } = await databaseUrls(config, log);
  atStop(atEnd);
  await migrate(urls.directUrl, log);
  const metrics = createMetrics(packageJson.version);
  const { poolMax, redisUrl } = config;
  const store = metrics.measure(await openStore({ url: urls.url, poolMax, redisUrl, log }));
  atStop(() => store.close());
  // Nobody else can be at work on a database of our own, so what a killed process left is taken up at once.
  if (config.databaseUrl === null) await releaseAllWorkers(store.database);
  const jobs = await startWorker(config, log, store, urls, metrics);
  atStop(() => jobs.stop());
  const server = await startServer(config, log, store, config.databaseUrl === null, metrics);
  atStop(() => server.stop());
  return welcome(config, server.url);
});

async function databaseUrls(config: Config, log: Log) {
  if (config.databaseUrl !== null) {
    const url = config.databaseUrl;
    return { url, directUrl: config.databaseDirectUrl ?? url, atEnd: async () => {} };
  }
  const postgres = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    log: { info: (message) => log.info(message), warn: (message) => log.warn(message) },
  });
  return { url: postgres.url, directUrl: postgres.url, atEnd: () => postgres.stop() };
}

function welcome(config: Config, url: string): string {
  const lines = [`Polyphony is ready.`, `  GraphQL, and GraphiQL in a browser: ${url}/graphql`];
  lines.push(`  Health: ${url}/health`);
  if (config.databaseUrl === null) lines.push(`  Data is kept in ${config.dataDir}`);
  if (!config.openai && !config.anthropic && !config.azure)
    lines.push(
      '  No provider is configured: the demo model answers unless Ollama runs here. Set OPENAI_API_KEY or ANTHROPIC_API_KEY.',
    );
  return lines.join('\n');
}
