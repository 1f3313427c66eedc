import type { Log } from '../log.ts';
import { createLocalBus } from './bus.ts';
import { openDatabase } from './database.ts';
import { createRunWatch } from './run-watch.ts';
import type { Store } from './store.ts';

/** Connects to a database that is up to date. Whoever opens it closes it. */
export async function openStore(options: {
  url: string;
  poolMax: number;
  log: Log;
}): Promise<Store & { close(): Promise<void> }> {
  const database = await openDatabase(options);
  const watch = createRunWatch(database, options.log);
  return {
    database,
    bus: createLocalBus(),
    watch,
    async close() {
      watch.stop();
      await database.close();
    },
  };
}
