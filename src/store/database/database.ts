import pg from 'pg';
import type { Log } from '../../log.ts';

export interface Database {
  /** For hand-written statements, and for those of `tables`. */
  pool: pg.Pool;
  /** One connection for probes, which must not wait behind the statements of requests. */
  aside: pg.Pool;
  close(): Promise<void>;
}

export function openDatabase(options: { url: string; poolMax: number; log: Log }): Database {
  const pool = createPool(options.url, options.poolMax, options.log);
  const aside = createPool(options.url, 1, options.log);
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

/**
 * A dropped connection is an event of the pool or of the client; without a listener it would end the process.
 * @param options settings for Postgres at the start of each session, such as `-c name=value`
 */
export function createPool(url: string, max: number, log: Log, options?: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max, ...KEPT, ...(options && { options }) });
  pool.on('error', (error) => log.warn({ error: error.message }, 'idle database connection lost'));
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn({ error: error.message }, 'database connection lost'));
  });
  return pool;
}
