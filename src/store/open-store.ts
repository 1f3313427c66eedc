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

interface StoreConfig {
  poolMax: number;
  preparesStatements: boolean;
  /** null: events stay in this process. */
  redisUrl: string | null;
  /** Default quotas of an account. */
  quotas: Amounts;
}

/** Connects to a migrated database. The caller closes the store. */
export async function openStore(
  url: string,
  config: StoreConfig,
  log: Log,
): Promise<Store & { close(): Promise<void> }> {
  const { poolMax, preparesStatements, redisUrl, quotas } = config;
  const database = openDatabase({ url, poolMax, preparesStatements, log });
  const watch = createRunWatch(database, log);
  const feedWatch = createFeedWatch(database, log);
  const credentialWatch = createCredentialWatch(database, log);
  const bus: Bus & { close?(): Promise<void> } = redisUrl
    ? (await import('./log/redis-bus.ts')).createRedisBus(redisUrl, log)
    : createLocalBus();
  return {
    database,
    bus,
    watch,
    feedWatch,
    credentialWatch,
    lookups: createLookups(database),
    quotas: createQuotas(database, quotas),
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
