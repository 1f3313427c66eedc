import type { EventEmitter } from 'node:events';
import type { CredentialWatch } from './accounts/credential-watch.ts';
import type { QueueLimits } from './accounts/queued-run-limit.ts';
import type { Quotas } from './accounts/quotas.ts';
import type { Lookups } from './analytics/lookups.ts';
import type { Database } from './database/database.ts';
import type { Bus } from './log/bus.ts';
import type { FeedWatch } from './log/feed-watch.ts';
import type { RunWatch } from './runs/run-watch.ts';

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
export interface Store {
  database: Database;
  bus: Bus;
  watch: RunWatch;
  feedWatch: FeedWatch;
  credentialWatch: CredentialWatch;
  lookups: Lookups;
  quotas: Quotas;
  queueLimits: QueueLimits;
  /** Tasks that this process is about to queue: a worker in it need not wait for a ticket. */
  queued: EventEmitter<{ task: [QueuedTask] }>;
  /** Runs that this process has created without a request, for the rate limit of their account. */
  created: EventEmitter<{ runs: [CreatedRuns] }>;
}
