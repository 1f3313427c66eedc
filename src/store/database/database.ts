import pg from 'pg';
import type { Log } from '../../log.ts';

export interface Database {
  /** For hand-written statements, and for those of `tables`. */
  pool: pg.Pool;
  /** One connection for probes, which must not wait behind the statements of requests. */
  aside: pg.Pool;
  close(): Promise<void>;
}

/** @param options `preparesStatements` is false for a transaction pooler that does not support prepared statements. */
export function openDatabase(options: {
  url: string;
  poolMax: number;
  preparesStatements?: boolean;
  log: Log;
}): Database {
  const { url, poolMax, log, preparesStatements = true } = options;
  const pool = createPool(url, poolMax, log, { preparesStatements });
  const aside = createPool(url, 1, log, { preparesStatements });
  return {
    pool,
    aside,
    async close() {
      await aside.end();
      await pool.end();
    },
  };
}

/**
 * Opening a connection takes 10 ms, and its statements are planned again: some are kept permanently, others
 * for a minute after use. Keep-alive prevents middleboxes from dropping idle ones.
 */
const KEPT = { min: 5, idleTimeoutMillis: 60_000, keepAlive: true, keepAliveInitialDelayMillis: 30_000 };

interface PoolSettings extends Pick<pg.PoolConfig, 'connectionTimeoutMillis'> {
  /** Settings for Postgres at the start of each session, such as `-c name=value`. */
  options?: string;
  /** true by default. */
  preparesStatements?: boolean;
}

/** A dropped connection is an event of the pool or of the client; without a listener it would end the process. */
export function createPool(
  url: string,
  max: number,
  log: Log,
  { preparesStatements = true, ...settings }: PoolSettings = {},
): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max, ...KEPT, ...settings });
  if (!preparesStatements) pool.on('connect', dropNames);
  pool.on('error', (error) => log.warn({ error: error.message }, 'idle database connection lost'));
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn({ error: error.message }, 'database connection lost'));
  });
  return pool;
}

/**
 * Sends the client's statements without names: a pooler may run the next one on another connection, which has not
 * prepared it.
 */
function dropNames(client: pg.PoolClient): void {
  const send = client.query;
  const query = (statement: string | pg.QueryConfig | pg.Submittable, ...others: unknown[]) => {
    // The caller may send a configuration again, so it is copied; a query is sent only once, so it can be changed.
    const isConfiguration = typeof statement === 'object' && !('submit' in statement);
    const unnamed = isConfiguration ? { ...statement, name: undefined } : statement;
    if (unnamed instanceof pg.Query) Object.assign(unnamed, { name: undefined });
    return Reflect.apply(send, client, [unnamed, ...others]);
  };
  Object.assign(client, { query });
}
