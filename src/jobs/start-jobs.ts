import { EventEmitter } from 'node:events';
import { Logger as JobLogger, run, type WorkerEvents } from 'graphile-worker';
import type { EngineContext } from '../engine/context.ts';
import { createPool } from '../store/database.ts';
import { type Lease, LeaseLost } from '../store/lease.ts';
import { releaseWorker } from '../store/workers.ts';
import type { JobContext } from './context.ts';
import { createTaskList } from './index.ts';
import { bePresent } from './presence.ts';
import { reap } from './reaper.ts';
import { sweep } from './sweep.ts';

export interface Jobs {
  /** Takes no more jobs, hands the running ones over, and leaves. */
  stop(): Promise<void>;
}

/** Queries that run jobs make besides: claiming, completing. graphile-worker wants a pool of its own. */
const JOB_POOL_MAX = 10;
const POLL_MS = 5_000;

export async function startJobs(
  engine: EngineContext,
  options: { databaseUrl: string; directUrl: string; concurrency: number },
): Promise<Jobs> {
  const { log } = engine;
  const { database } = engine.store;
  const leases = new Set<Lease>();
  const loseAll = (reason: string) => {
    for (const lease of leases) lease.abort(new LeaseLost(reason));
  };
  const presence = await bePresent({
    database,
    directUrl: options.directUrl,
    log,
    onGivenUp: () => loseAll('the worker was given up'),
  });
  const context: JobContext = { engine, workerId: presence.id, leases };
  const pool = createPool(options.databaseUrl, JOB_POOL_MAX, log);
  const events: WorkerEvents = new EventEmitter();
  const poolId = new Promise<string>((resolve) => {
    events.once('pool:create', ({ workerPool }) => resolve(workerPool.id));
  });
  const runner = await run({
    pgPool: pool,
    taskList: createTaskList(context),
    noHandleSignals: true,
    events,
    logger: quietLogger(engine),
    preset: {
      worker: {
        concurrentJobs: options.concurrency,
        pollInterval: POLL_MS,
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
  });
  await presence.setJobPool(await poolId);
  const stopping = new AbortController();
  const lookingAfter = Promise.all([
    reap({ database, presence, log }, stopping.signal),
    sweep(context, stopping.signal),
  ]);

  return {
    async stop() {
      stopping.abort();
      await lookingAfter;
      const stopped = runner.stop();
      loseAll('the worker stops');
      await stopped;
      await presence.leave();
      await releaseWorker(database, presence.id());
      await pool.end();
    },
  };
}

/** graphile-worker tells of every job; only what went wrong is worth a line of ours. */
function quietLogger({ log }: EngineContext): JobLogger {
  return new JobLogger((scope) => (level, message, meta) => {
    if (level === 'error') log.error({ ...scope, ...meta }, message);
    if (level === 'warning') log.warn({ ...scope, ...meta }, message);
  });
}
