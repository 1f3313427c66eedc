import type { Config } from '../config.ts';
import { createDataDir } from '../data-dir/create-data-dir.ts';
import { createLog, type Log } from '../log.ts';
import { type Database, openDatabase } from '../store/database/database.ts';
import { migrate } from './migrate-database.ts';

/**
 * The database of a command, up to date: the one of DATABASE_URL, or the embedded one, which the command starts and stops.
 * Then no server may be running, because only one process can use the data folder.
 * @param opened gets what has to be closed
 */
export async function openCommandDatabase(config: Config, opened: AsyncDisposableStack): Promise<Database> {
  const log = createLog(config.logLevel);
  const url = config.databaseDirectUrl ?? (await startEmbedded(config.dataDir, log, opened));
  await migrate(url, log);
  const database = openDatabase({ url, poolMax: 1, log });
  opened.defer(() => database.close());
  return database;
}

async function startEmbedded(dataDir: string, log: Log, opened: AsyncDisposableStack): Promise<string> {
  const { startEmbeddedPostgres } = await import('../embedded-postgres/start.ts');
  await createDataDir(dataDir);
  const postgres = await startEmbeddedPostgres({
    dataDir,
    log: { info: () => {}, warn: (message) => log.warn(message) },
  });
  opened.defer(() => postgres.stop());
  return postgres.url;
}
