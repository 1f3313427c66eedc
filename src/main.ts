/** `npm start`: API and worker in one process, with an embedded Postgres unless DATABASE_URL is set. */
import type { Config } from './config.ts';
import { type Life, runUntilStopped } from './start/run-until-stopped.ts';

/**
 * Loading takes as long as Postgres needs to create a database; with a second core both happen in parallel.
 */
const load = () => import('./start/api-and-worker.ts');

await runUntilStopped(async (life) => {
  const database = await openDatabase(life, () => void load().catch(() => {}));
  const { startApiAndWorker } = await load().catch((error) => {
    // A bug: its stack is more useful than its message.
    console.error(error);
    throw error;
  });
  const { server, worker } = await startApiAndWorker(life, database);
  const { describeAccess } = await import('./server.ts');
  return welcome(life.config, [...describeAccess(server), `  ${worker.sandbox}`]);
});

async function openDatabase({ config, log, atStop }: Life, onLaunch: () => void) {
  if (config.databaseUrl !== null) {
    const url = config.databaseUrl;
    return { url, directUrl: config.databaseDirectUrl ?? url, isOurs: false };
  }
  const { startEmbeddedPostgres } = await import('./embedded-postgres/start.ts');
  const starting = startEmbeddedPostgres({
    dataDir: config.dataDir,
    log: { info: (message) => log.info(message), warn: (message) => log.warn(message) },
    onLaunch,
  });
  // Stopping during start-up also stops a Postgres that is already running.
  atStop(async () => (await starting.catch(() => null))?.stop());
  const { url } = await starting;
  return { url, directUrl: url, isOurs: true };
}

function welcome(config: Config, described: readonly string[]): string {
  const lines = ['Polyphony is ready.', ...described];
  if (config.databaseUrl === null) lines.push(`  Data is stored in ${config.dataDir}`);
  if (!config.openai && !config.anthropic && !config.azure)
    lines.push(
      '  No provider is configured: the demo model answers unless Ollama runs here. Set OPENAI_API_KEY or ANTHROPIC_API_KEY.',
    );
  return lines.join('\n');
}
