import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { coerceError } from '../../errors.ts';
import type { Log } from '../../log.ts';

/** Namespace of the workers' advisory locks. */
export const WORKER_LOCK_SEED = 42;

/**
 * A session advisory lock on a connection of its own: Postgres releases it as soon as the process dies, which
 * is how the others notice.
 */
export interface WorkerLock {
  /** How long the current session has lasted, in milliseconds; 0 while there is none. */
  sessionAgeMs(): number;
  release(): Promise<void>;
}

const RECONNECT_MS = 250;

export async function holdWorkerLock(directUrl: string, workerId: string, log: Log): Promise<WorkerLock> {
  let client: pg.Client | null = null;
  let since: number | null = null;
  let released = false;

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: directUrl, keepAlive: true });
    next.on('error', (error) => log.warn({ error: error.message }, 'worker lock connection lost'));
    next.on('end', () => {
      since = null;
      if (!released && client === next) void reconnect();
    });
    await next.connect();
    await next.query('select pg_advisory_lock(hashtextextended($1, $2))', [workerId, WORKER_LOCK_SEED]);
    client = next;
    since = performance.now();
  }

  async function reconnect(): Promise<void> {
    while (!released) {
      try {
        return await connect();
      } catch (error) {
        log.warn({ error: coerceError(error).message }, 'worker lock not yet acquired again');
        await wait(RECONNECT_MS);
      }
    }
  }

  await connect();
  return {
    sessionAgeMs: () => (since === null ? 0 : performance.now() - since),
    async release() {
      released = true;
      await client?.end().catch(() => {});
    },
  };
}
