import { EventEmitter } from 'node:events';
import type { Log } from '../log.ts';
import { type CredentialWatch, createCredentialWatch } from './accounts/credential-watch.ts';
import { createQueueLimits, type QueueLimits } from './accounts/queued-run-limit.ts';
import { type Amounts, createQuotas, type Quotas } from './accounts/quotas.ts';
import { openDatabase } from './database/database.ts';
import { noReads, type Sources } from './database/read-source.ts';
import { openReplica } from './database/replica.ts';
import { type Bus, createLocalBus } from './log/bus.ts';
import { createFeedWatch } from './log/feeds/feed-watch.ts';
import { createSharedFeeds, type SharedFeeds } from './log/feeds/shared-feed.ts';
import { createLookups, type Lookups } from './lookups.ts';
import type { InstallationRetention } from './runs/deletion/expired.ts';
import { createRunWatch, type RunWatch } from './runs/run-watch.ts';

/** A task that is being created. */
export interface QueuedTask {
  runId: string;
  ownerId: string;
  /** Whether it has been created and is ready for a worker. Never rejects. */
  isReady: Promise<boolean>;
}

export interface CreatedRuns {
  ownerId: string;
  count: number;
}

/** The dependencies of everything that reads or writes runs. */
export interface Store extends Sources {
  bus: Bus;
  watch: RunWatch;
  sharedFeeds: SharedFeeds;
  credentialWatch: CredentialWatch;
  lookups: Lookups;
  quotas: Quotas;
  queueLimits: QueueLimits;
  /** For how long the installation keeps what accounts have no value of their own for. */
  retention: InstallationRetention;
  /** Tasks that this process is about to queue: a worker in it need not wait for a ticket. */
  queued: EventEmitter<{ task: [QueuedTask] }>;
  /** Runs that this process has created without a request, for the rate limit of their account. */
  created: EventEmitter<{ runs: [CreatedRuns] }>;
}

interface StoreConfig {
  poolMax: number;
  preparesStatements: boolean;
  /** A streaming standby; null: none. */
  databaseReadUrl: string | null;
  /** null: events stay in this process. */
  redisUrl: string | null;
  /** Default quotas of an account. */
  quotas: Amounts;
  retention: InstallationRetention;
}

/** Connects to a migrated database. The caller closes the store. */
export async function openStore(
  url: string,
  config: StoreConfig,
  log: Log,
): Promise<Store & { close(): Promise<void> }> {
  const { poolMax, preparesStatements, databaseReadUrl, redisUrl, quotas, retention } = config;
  const database = openDatabase({ url, poolMax, preparesStatements, log });
  const replica = databaseReadUrl
    ? openReplica({ url: databaseReadUrl, poolMax, preparesStatements, log }, database)
    : null;
  const sources = { database, replica, readCounts: noReads() };
  const watch = createRunWatch(database, log);
  const feedWatch = createFeedWatch(database, log);
  const credentialWatch = createCredentialWatch(database, log);
  const bus: Bus & { close?(): Promise<void> } = redisUrl
    ? (await import('./log/redis-bus.ts')).createRedisBus(redisUrl, log)
    : createLocalBus();
  return {
    ...sources,
    bus,
    watch,
    sharedFeeds: createSharedFeeds(database, bus, feedWatch),
    credentialWatch,
    lookups: createLookups(sources),
    quotas: createQuotas(database, quotas),
    queueLimits: createQueueLimits(database),
    retention,
    queued: new EventEmitter(),
    created: new EventEmitter(),
    async close() {
      watch.stop();
      feedWatch.stop();
      credentialWatch.stop();
      await bus.close?.();
      await replica?.close();
      await database.close();
    },
  };
}
