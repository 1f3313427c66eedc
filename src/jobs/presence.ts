import { setTimeout as wait } from 'node:timers/promises';
import { coerceError } from '../errors.ts';
import type { Log } from '../log.ts';
import { newId } from '../rules/ids/ids.ts';
import type { Database } from '../store/database/database.ts';
import { holdWorkerLock, type WorkerLock } from '../store/workers/worker-lock.ts';
import { beat, recordJobPool, registerWorker } from '../store/workers/workers.ts';
import type { SandboxState } from '../vocabulary.ts';

const BEAT_MS = 2_000;

/** A worker as seen by the others: a row with a heartbeat, and a lock held by its session. */
export interface Presence {
  id(): string;
  lock(): WorkerLock;
  /** Registers the name under which this worker locks jobs. */
  addJobPool(poolId: string): Promise<void>;
  /** Stops the heartbeat and releases the lock; the row stays for the process that releases the worker. */
  leave(): Promise<void>;
}

interface Joining {
  database: Database;
  directUrl: string;
  log: Log;
  /** What the others are to know of its sandbox now. */
  sandbox(): SandboxState;
  /** Called after the others had declared this worker dead, before it registers under a new id. */
  onDeclaredDead(): void;
}

export async function bePresent(options: Joining): Promise<Presence> {
  const { database, log, sandbox } = options;
  const leaving = new AbortController();
  const jobPoolIds: string[] = [];
  let id = newId();
  let lock = await enter(options, id);

  async function comeBack(): Promise<void> {
    log.warn({ worker: id }, 'this worker was declared dead by the others; it registers again');
    options.onDeclaredDead();
    const given = lock;
    const next = newId();
    lock = await enter(options, next);
    id = next;
    await given.release();
    for (const poolId of jobPoolIds) await recordJobPool(database, id, poolId);
  }

  async function keepBeating(): Promise<void> {
    while (!leaving.signal.aborted) {
      await wait(BEAT_MS, undefined, { signal: leaving.signal }).catch(() => {});
      if (leaving.signal.aborted) return;
      try {
        if (!(await beat(database, id, sandbox()))) await comeBack();
      } catch (error) {
        log.warn({ error: coerceError(error).message }, 'heartbeat failed; retrying');
      }
    }
  }

  const beating = keepBeating();
  return {
    id: () => id,
    lock: () => lock,
    async addJobPool(poolId) {
      jobPoolIds.push(poolId);
      await recordJobPool(database, id, poolId);
    },
    async leave() {
      leaving.abort();
      await beating;
      await lock.release();
    },
  };
}

/** The lock first: a row without its lock looks like a dead worker. */
async function enter(
  { database, directUrl, log, sandbox }: Pick<Joining, 'database' | 'directUrl' | 'log' | 'sandbox'>,
  id: string,
): Promise<WorkerLock> {
  const lock = await holdWorkerLock(directUrl, id, log);
  try {
    await registerWorker(database, id);
    await beat(database, id, sandbox());
  } catch (error) {
    await lock.release();
    throw error;
  }
  return lock;
}
