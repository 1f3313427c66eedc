import { EventEmitter } from 'node:events';
import { Logger as JobLogger, type Runner, run, type WorkerEvents } from 'graphile-worker';
import type { Notification, Pool, PoolClient } from 'pg';
import type { Log } from '../log.ts';
import { outlastConnectionLoss } from '../store/database/connection-loss.ts';
import { readTicket, TICKETS_CHANNEL } from '../store/runs/job-queue.ts';
import type { JobContext } from './context.ts';
import { createTaskList } from './index.ts';

const POLL_MS = 5_000;

export interface JobRunner {
  /** Takes no more jobs, and waits for the running ones. */
  stop(): Promise<void>;
}

/**
 * graphile-worker, kept running: it ends itself when it cannot write that a job is done, as happens whenever the
 * database goes away for a moment. Then the next one begins at once, while the last still carries out its jobs.
 * @param onPool told the name under which graphile-worker locks jobs, of each one that begins.
 */
export async function startJobRunner(
  context: JobContext,
  options: { pool: Pool; concurrency: number; onPool(poolId: string): Promise<void> },
): Promise<JobRunner> {
  const { log, metrics } = context.engine;
  const runners = new Map<Runner, Promise<void>>();

  async function begin(): Promise<void> {
    const events: WorkerEvents = new EventEmitter();
    const poolId = new Promise<string>((resolve) => {
      events.once('pool:create', ({ workerPool }) => resolve(workerPool.id));
    });
    events.on('worker:getJob:empty', context.dispatcher.queueIsEmpty);
    const stopListening = hearOfTickets(events, context);
    events.on('job:error', ({ job }) => metrics.jobFailed(job.task_identifier));
    events.once('pool:fatalError', ({ error }) => {
      log.warn({ error: String(error) }, 'the job runner ended; the next one begins');
      if (!context.stopping.aborted)
        beginning = outlastConnectionLoss(begin, context.stopping).catch(() => {});
    });
    const failed = afterFailure(events).then(stopListening);
    const runner = await run({
      pgPool: options.pool,
      taskList: createTaskList(context),
      noHandleSignals: true,
      events,
      logger: quietLogger(log),
      preset: {
        worker: {
          concurrentJobs: options.concurrency,
          pollInterval: POLL_MS,
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
    });
    const ended = Promise.race([runner.promise.catch(() => {}), failed]);
    runners.set(runner, ended);
    void ended.finally(() => runners.delete(runner));
    await options.onPool(await poolId);
  }

  let beginning: Promise<void> = begin();
  await beginning;
  return {
    async stop() {
      await beginning;
      const ending = [...runners.values()];
      // One that is ending already refuses to be stopped.
      for (const runner of runners.keys()) void runner.stop().catch(() => {});
      await Promise.all(ending);
    },
  };
}

const LAST_JOB_MS = 500;

/**
 * Resolves when a runner that could not write has no job left. Its own promise may never settle: where several
 * writes fail at once, graphile-worker 0.18 counts down once more than up, and waits for a zero that has passed
 * (`batch` in its main.js; the same place as https://github.com/graphile/worker/issues/636).
 */
function afterFailure(events: WorkerEvents): Promise<void> {
  return new Promise((resolve) => {
    let jobs = 0;
    let hasFailed = false;
    const look = () => {
      if (hasFailed && jobs === 0) resolve();
    };
    events.on('job:start', () => {
      jobs += 1;
    });
    events.on('job:complete', () => {
      jobs -= 1;
      look();
    });
    events.once('pool:fatalError', () => {
      // A job that is on its way from the database still begins.
      setTimeout(() => {
        hasFailed = true;
        look();
      }, LAST_JOB_MS);
    });
  });
}

/**
 * On the connection by which graphile-worker hears of jobs, and keeps open.
 * @returns gives the connection back to the pool; a runner that never ends would keep it
 */
function hearOfTickets(events: WorkerEvents, { dispatcher, engine: { log } }: JobContext): () => void {
  let listening: PoolClient | null = null;

  function notice({ channel, payload }: Notification): void {
    if (channel === TICKETS_CHANNEL) dispatcher.added(readTicket(payload));
  }

  function hear(client: PoolClient): void {
    client.on('notification', notice);
    // It is about to send a statement of its own.
    client.once('drain', () => {
      client
        .query(`listen ${TICKETS_CHANNEL}`)
        .then(dispatcher.lookAround)
        .catch((error) => log.warn({ error: String(error) }, 'could not look for accounts with ready runs'));
    });
  }

  events.on('pool:listen:success', ({ client }) => {
    listening = client;
    hear(client);
  });
  events.on('pool:listen:release', ({ client }) => {
    listening = null;
    client.off('notification', notice);
  });
  // graphile-worker lets go of a connection that has an error.
  return () => listening?.emit('error', new Error('the job runner has ended'));
}

/** What its `run` says of a pool smaller than its concurrency does not hold for jobs that mostly wait for others. */
const POOL_ADVICE = /maxPoolSize/;

/** graphile-worker tells of every job; only what went wrong is worth a line of ours. */
function quietLogger(log: Log): JobLogger {
  return new JobLogger((scope) => (level, message, meta) => {
    if (POOL_ADVICE.test(message)) return;
    if (level === 'error') log.error({ ...scope, ...meta }, message);
    if (level === 'warning') log.warn({ ...scope, ...meta }, message);
  });
}
