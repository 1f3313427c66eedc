import { EventEmitter } from 'node:events';
import type { EngineContext } from '../engine/context.ts';
import { createDeliveries } from '../engine/deliveries/deliveries.ts';
import { createPool } from '../store/database/database.ts';
import { LeaseLost } from '../store/log/lease.ts';
import { readWaitingAccounts } from '../store/workers/waiting-accounts.ts';
import { releaseWorker } from '../store/workers/workers.ts';
import { createAccountJobs } from './account-jobs.ts';
import { addUpCounters } from './add-up-counters.ts';
import { executeBulkOperations } from './bulk-operations.ts';
import type { JobContext } from './context.ts';
import { createDispatcher } from './dispatcher.ts';
import { claimNext, claimOne, executeRun } from './execute-run.ts';
import { startJobRunner } from './job-runner.ts';
import { joinTexts } from './join-texts.ts';
import { bePresent } from './presence.ts';
import { prune } from './prune.ts';
import { reap } from './reaper.ts';
import { sweep } from './sweep.ts';
import { keepTime } from './timers.ts';

export interface Jobs {
  /** Takes no more jobs, releases the running ones, and deregisters. */
  stop(): Promise<void>;
}

/** Additional queries of running jobs: claiming, completing. graphile-worker needs a pool of its own. */
const JOB_POOL_MAX = 10;

/**
 * What graphile-worker writes about its jobs may be lost when Postgres crashes: the runs are authoritative,
 * and their commits wait for the disk, including earlier writes.
 */
const UNHURRIED = '-c synchronous_commit=off';

const REPEATED = [sweep, prune, keepTime, addUpCounters, executeBulkOperations, joinTexts];

export async function startJobs(
  engine: EngineContext,
  options: { directUrl: string; concurrency: number; share: number },
): Promise<Jobs> {
  const { log } = engine;
  const { database } = engine.store;
  const leases: JobContext['leases'] = new Set();
  const stopping = new AbortController();
  const loseAll = (reason: string) => {
    for (const lease of leases) lease.abort(new LeaseLost(reason));
  };
  const presence = await bePresent({
    database,
    directUrl: options.directUrl,
    log,
    sandbox: engine.sandbox.state,
    onDeclaredDead: () => loseAll('the worker was declared dead'),
  });
  const context: JobContext = {
    engine,
    deliveries: createDeliveries(engine),
    workerId: presence.id,
    notifications: new EventEmitter(),
    dispatcher: createDispatcher(
      {
        queued: engine.store.queued,
        claimNext: (accountIds, options) => claimNext(context, accountIds, options),
        claimOne: (runId) => claimOne(context, runId),
        execute: (run) => executeRun(context, run),
        readWaiting: () => readWaitingAccounts(database),
        accountJobs: createAccountJobs(() => context),
        stopping: stopping.signal,
        log,
      },
      { slots: options.concurrency, share: options.share },
    ),
    leases,
    stopping: stopping.signal,
  };
  const pool = createPool(options.directUrl, JOB_POOL_MAX, log, { options: UNHURRIED });
  const runner = await startJobRunner(context, {
    pool,
    concurrency: options.concurrency,
    onPool: presence.addJobPool,
  });
  const lookingAfter = Promise.all([
    reap({ database, presence, dispatcher: context.dispatcher, log }, stopping.signal),
    ...REPEATED.map((task) => task(context, stopping.signal)),
  ]);

  return {
    async stop() {
      stopping.abort();
      loseAll('the worker is stopping');
      await lookingAfter;
      await Promise.all([runner.stop(), context.dispatcher.stop()]);
      await presence.leave();
      await releaseWorker(database, presence.id());
      await pool.end();
    },
  };
}
