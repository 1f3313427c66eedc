import { EventEmitter } from 'node:events';
import type { Log } from '../log.ts';
import { createCredentialWatch } from './accounts/credential-watch.ts';
import { createQueueLimits } from './accounts/queued-run-limit.ts';
import { type Amounts, createQuotas } from './accounts/quotas.ts';
import { createLookups } from './analytics/lookups.ts';
import { openDatabase } from './database/database.ts';
import { type Bus, createLocalBus } from './log/bus.ts';
import { createFeedWatch } from './log/feed-watch.ts';
import { createRunWatch } from './runs/run-watch.ts';
import type { Store } from './store.ts';

/** Connects to a migrated database. The caller closes the store. */
export async function openStore(options: {
  url: string;
  poolMax: number;
  redisUrl: string | null;
  /** Default quotas of an account. */
  quotas: Amounts;
  log: Log;
}): Promise<Store & { close(): Promise<void> }> {
  const database = openDatabase(options);
  const watch = createRunWatch(database, options.log);
  const feedWatch = createFeedWatch(database, options.log);
  const credentialWatch = createCredentialWatch(database, options.log);
  const bus: Bus & { close?(): Promise<void> } = options.redisUrl
    ? (await import('./log/redis-bus.ts')).createRedisBus(options.redisUrl, options.log)
    : createLocalBus();
  return {
    database,
    bus,
    watch,
    feedWatch,
    credentialWatch,
    lookups: createLookups(database),
    quotas: createQuotas(database, options.quotas),
    queueLimits: createQueueLimits(database),
    queued: new EventEmitter(),
    created: new EventEmitter(),
    async close() {
      watch.stop();
      feedWatch.stop();
      credentialWatch.stop();
      await bus.close?.();
      await database.close();
    },
  };
}
