/** The baseline of the task lifecycle: graphile-worker, set as Polyphony sets it, with jobs that do nothing. */
import { Logger, type Runner, run } from 'graphile-worker';
import pg from 'pg';
import { inLanes } from '../client/tasks.ts';
import { serveCommands } from '../fork.ts';

let adding: pg.Pool;
let runner: Runner;
let onDone: () => void = () => {};

const commands = {
  async start({ databaseUrl, poolMax, concurrency }: Setting): Promise<void> {
    adding = createPool(databaseUrl, poolMax);
    runner = await run({
      pgPool: createPool(databaseUrl, 10),
      taskList: { nothing: async () => onDone() },
      noHandleSignals: true,
      logger: new Logger(() => () => {}),
      preset: {
        worker: {
          concurrentJobs: concurrency,
          pollInterval: 5_000,
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
    });
    // A worker that ends says so here, and the parent has to learn it.
    runner.promise.catch((error) => {
      throw error;
    });
  },

  /** Adds them one by one and waits for the last to be carried out. @returns jobs per second. */
  async carryOut({ count, lanes }: { count: number; lanes: number }): Promise<number> {
    const all = Promise.withResolvers<void>();
    let left = count;
    onDone = () => {
      left -= 1;
      if (left === 0) all.resolve();
    };
    const from = performance.now();
    await inLanes(lanes, count, async (index) => {
      await adding.query({ name: 'add', text: ADD, values: [JSON.stringify({ runId: String(index) })] });
    });
    await all.promise;
    return (count / (performance.now() - from)) * 1000;
  },
};
export type BareJobsCommands = typeof commands;

const ADD = `select graphile_worker.add_job('nothing', $1::json)`;

/** graphile-worker asks for the listeners; the bench ends with its database anyway. */
function createPool(connectionString: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString, max });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

interface Setting {
  databaseUrl: string;
  poolMax: number;
  concurrency: number;
}

serveCommands(commands);
