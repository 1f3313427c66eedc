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
 * Keeps graphile-worker running: it ends itself when it cannot record that a job is done, which happens
 * whenever the database is briefly unavailable. Then the next runner starts at once, while the last one still
 * finishes its jobs.
 * @param onPool receives the name under which graphile-worker locks jobs, for each runner
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
      log.warn({ error: String(error) }, 'the job runner ended; another one is starting');
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
      // A runner that is already ending refuses to be stopped.
      for (const runner of runners.keys()) void runner.stop().catch(() => {});
      await Promise.all(ending);
    },
  };
}

const LAST_JOB_MS = 500;

/**
 * Resolves when a runner that could not write has no jobs left. Its own promise may never settle: if several
 * writes fail at once, graphile-worker 0.18 decrements its counter once more than it increments it, and waits
 * for zero in vain (`batch` in its main.js; related to https://github.com/graphile/worker/issues/636).
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
      // A job that is on its way from the database still starts.
      setTimeout(() => {
        hasFailed = true;
        look();
      }, LAST_JOB_MS);
    });
  });
}

/**
 * Listens on the connection that graphile-worker keeps open for jobs.
 * @returns a function that releases the connection to the pool, which a runner that never ends would keep
 */
function hearOfTickets(
  events: WorkerEvents,
  { dispatcher, notifications, engine: { log } }: JobContext,
): () => void {
  let listening: PoolClient | null = null;

  function notice({ channel, payload }: Notification): void {
    if (channel !== TICKETS_CHANNEL) return;
    dispatcher.added(readTicket(payload));
    notifications.emit('ticket');
  }

  function hear(client: PoolClient): void {
    client.on('notification', notice);
    // It is about to send a statement of its own.
    client.once('drain', () => {
      client
        .query(`listen ${TICKETS_CHANNEL}`)
        .then(() => notifications.emit('ticket'))
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
  // graphile-worker drops a connection that has an error.
  return () => listening?.emit('error', new Error('the job runner has ended'));
}

/**
 * The warning about a pool smaller than the concurrency does not apply to jobs that mostly wait for others.
 */
const POOL_ADVICE = /maxPoolSize/;

/** graphile-worker logs every job; only errors are passed on. */
function quietLogger(log: Log): JobLogger {
  return new JobLogger((scope) => (level, message, meta) => {
    if (POOL_ADVICE.test(message)) return;
    if (level === 'error') log.error({ ...scope, ...meta }, message);
    if (level === 'warning') log.warn({ ...scope, ...meta }, message);
  });
}
