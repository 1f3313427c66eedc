import { join } from 'node:path';
import { startPooler } from '../test/harness/pooler.ts';
import { startRedis } from '../test/harness/redis.ts';
import { cpuOf, cpuOfTree, memoryOf } from './measure/cpu.ts';
import { query } from './postgres.ts';
import { loopback, newAccount, type Server, variablesOf } from './server.ts';
import type { Stage } from './stage.ts';

/** Slots of all workers together, so that more of them do not take more at once. */
export const SLOTS = 200;
/** For each process: eight of them and their jobs must fit into the 200 connections of the embedded Postgres. */
const POOL_MAX = 10;
/** Of the pooler to Postgres. */
const POOLER_SIZE = 20;
const ACCOUNTS = ['big', 'some', 'small'] as const;

/** Pairs of an API and a worker, each a process of its own, on a database and a Redis of their own. */
export interface Pairs {
  databaseUrl: string;
  /** An account for each name, and the API that it uses. */
  accounts: Record<(typeof ACCOUNTS)[number], Server>;
  apis: readonly { pid: number; url: string }[];
  /** Microseconds used until now. */
  cpu(): Record<'api' | 'worker' | 'postgres', number>;
  /** MB of the one that has most. */
  memory(of: 'api' | 'worker'): number;
  /** Connections to Postgres, the pooler's included. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

/** @param isPooled through pgbouncer in transaction mode, with `DATABASE_PREPARE=off` */
export async function startPairs(stage: Stage, count: number, isPooled: boolean): Promise<Pairs> {
  await using started = new AsyncDisposableStack();
  const name = `pairs_${count}${isPooled ? '_pooled' : ''}`;
  const databaseUrl = await stage.createDatabase(name);
  const redis = await startRedis();
  started.defer(() => redis.kill());
  const pooler = isPooled ? await startPooler(databaseUrl, POOLER_SIZE) : null;
  started.defer(() => pooler?.stop());
  const variables = {
    ...variablesOf({
      databaseUrl,
      modelUrl: stage.modelUrl,
      dataDir: join(stage.folder, name),
      profileFolder: null,
    }),
    ...(pooler && { DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: databaseUrl, DATABASE_PREPARE: 'off' }),
    REDIS_URL: redis.url,
    PG_POOL_MAX: String(POOL_MAX),
    WORKER_CONCURRENCY: String(SLOTS / count),
  };
  const launchAll = async (script: 'start:api' | 'start:worker') => {
    const launched = [];
    for (let index = 0; index < count; index += 1) {
      const one = await stage.launch(variables, script);
      started.defer(async () => void (await one.stop()));
      launched.push({ ...one, url: loopback(one.url) });
    }
    return launched;
  };
  const apis = await launchAll('start:api');
  const workers = await launchAll('start:worker');
  const accounts = await Promise.all(
    ACCOUNTS.map(async (account, index) => {
      const { pid, url } = apis[index % count]!;
      const server = { pid, url, databaseUrl };
      return [account, { ...server, ...(await newAccount(server, account)) }] as const;
    }),
  );
  const sum = (processes: readonly { pid: number }[]) =>
    processes.reduce((total, { pid }) => total + cpuOf(pid), 0);
  const running = started.move();
  return {
    databaseUrl,
    accounts: Object.fromEntries(accounts) as Pairs['accounts'],
    apis,
    cpu: () => ({ api: sum(apis), worker: sum(workers), postgres: cpuOfTree(stage.postgresPid) }),
    memory: (of) => Math.max(...{ api: apis, worker: workers }[of].map(({ pid }) => memoryOf(pid))),
    async connections() {
      const text = `select count(*)::int as open from pg_stat_activity where datname = current_database()`;
      const [row] = await query<{ open: number }>(databaseUrl, text);
      // Without the one that asks.
      return row!.open - 1;
    },
    stop: () => running.disposeAsync(),
  };
}
