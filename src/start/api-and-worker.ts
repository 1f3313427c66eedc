import packageJson from '../../package.json' with { type: 'json' };
import { createMetrics } from '../metrics/metrics.ts';
import { type RunningServer, startServer } from '../server.ts';
import { openStore } from '../store/store.ts';
import { releaseAllWorkers } from '../store/workers/workers.ts';
import { startWorker, type Worker } from '../worker.ts';
import { migrate } from './migrate-database.ts';
import type { Life } from './run-until-stopped.ts';

/**
 * The API and a worker in this process.
 * @param urls `isOurs` when no other process can be using it
 */
export async function startApiAndWorker(
  { config, log, atStop }: Life,
  urls: { url: string; directUrl: string; isOurs: boolean },
): Promise<{ server: RunningServer; worker: Worker }> {
  await migrate(urls.directUrl, log);
  const metrics = createMetrics(packageJson.version);
  const store = metrics.measure(await openStore(urls.url, config, log));
  atStop(() => store.close());
  // Runs of a killed process are recovered at once.
  if (urls.isOurs) await releaseAllWorkers(store.database);
  const worker = await startWorker(config, log, store, urls, metrics);
  atStop(() => worker.stop());
  const server = await startServer(config, log, store, urls.isOurs, metrics);
  atStop(() => server.stop());
  return { server, worker };
}
