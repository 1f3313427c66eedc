/** `npm start`: everything in one process, with a Postgres of its own unless DATABASE_URL names one. */
import type { Config } from './config.ts';
import { type Life, runUntilStopped } from './start/run-until-stopped.ts';

/** It takes as long as Postgres needs to make a new database; with a second core both are done at once. */
const load = () => import('./start/api-and-worker.ts');

await runUntilStopped(async (life) => {
  const database = await openDatabase(life, () => void load().catch(() => {}));
  const { startApiAndWorker } = await load().catch((error) => {
    // A fault of the program: where it is says more than its message.
    console.error(error);
    throw error;
  });
  const server = await startApiAndWorker(life, database);
  const { describeAccess } = await import('./server.ts');
  return welcome(life.config, describeAccess(server));
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
  // Whoever stops in the middle of it stops a Postgres that is launched already.
  atStop(async () => (await starting.catch(() => null))?.stop());
  const { url } = await starting;
  return { url, directUrl: url, isOurs: true };
}

function welcome(config: Config, accessLines: string[]): string {
  const lines = ['Polyphony is ready.', ...accessLines];
  if (config.databaseUrl === null) lines.push(`  Data is kept in ${config.dataDir}`);
  if (!config.openai && !config.anthropic && !config.azure)
    lines.push(
      '  No provider is configured: the demo model answers unless Ollama runs here. Set OPENAI_API_KEY or ANTHROPIC_API_KEY.',
    );
  return lines.join('\n');
}
