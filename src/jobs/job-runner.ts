import { EventEmitter } from 'node:events';
import { Logger as JobLogger, type Runner, run, type WorkerEvents } from 'graphile-worker';
import type { Notification, Pool, PoolClient } from 'pg';
import type { Log } from '../log.ts';
import { outlastConnectionLoss } from '../store/connection-loss.ts';
import { readTicket, TICKETS_CHANNEL } from '../store/job-queue.ts';
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
  const runners = new Set<Runner>();

  async function begin(): Promise<void> {
    const events: WorkerEvents = new EventEmitter();
    const poolId = new Promise<string>((resolve) => {
      events.once('pool:create', ({ workerPool }) => resolve(workerPool.id));
    });
    events.on('worker:getJob:empty', context.dispatcher.queueIsEmpty);
    hearOfTickets(events, context);
    events.on('job:error', ({ job }) => metrics.jobFailed(job.task_identifier));
    events.once('pool:fatalError', ({ error }) => {
      log.warn({ error: String(error) }, 'the job runner ended; the next one begins');
      if (!context.stopping.aborted) void outlastConnectionLoss(begin, context.stopping).catch(() => {});
    });
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
    runners.add(runner);
    void runner.promise.catch(() => {}).finally(() => runners.delete(runner));
    await options.onPool(await poolId);
  }

  await begin();
  return {
    async stop() {
      // One that is ending already refuses to be stopped; its promise tells when it has ended.
      await Promise.all(
        [...runners].map(async (runner) => {
          await runner.stop().catch(() => {});
          await runner.promise.catch(() => {});
        }),
      );
    },
  };
}

/** On the connection by which graphile-worker hears of jobs, and keeps open. */
function hearOfTickets(events: WorkerEvents, { dispatcher, engine: { log } }: JobContext): void {
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

  events.on('pool:listen:success', ({ client }) => hear(client));
  events.on('pool:listen:release', ({ client }) => client.off('notification', notice));
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
