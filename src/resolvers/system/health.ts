import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import { freeSpace } from '../../data-dir/free-space.ts';
import { DomainError } from '../../errors.ts';
import { systemCondition } from '../../rules/system-condition.ts';
import type { ReplicaState, SandboxState, SystemCondition } from '../../vocabulary.ts';

type Process = Pick<Context, 'store' | 'config' | 'version'>;

export interface Health {
  status: string;
  version: string;
  /** Uptime of the process that answers. */
  uptimeSeconds: number;
}

/**
 * Checks that the database answers and accepts writes, and that enough disk space is free. Migrations ran
 * before this process began to listen. Writes nothing, and queries the database at most once a second.
 * @throws DomainError UNAVAILABLE, with the reason
 */
export async function health({ store, config, version }: Process): Promise<Health> {
  const { isReadOnly } = await store.lookups.database();
  if (isReadOnly) throw unavailable('the database is read-only');
  const shortage = await diskShortage(config);
  if (shortage) throw unavailable(shortage);
  return healthy({ version });
}

function healthy({ version }: Pick<Process, 'version'>): Health {
  return { status: 'healthy', version, uptimeSeconds: Math.floor(process.uptime()) };
}

/**
 * Commands leave the reserve free, except for what one writes before it is stopped. Less than half of the
 * reserve means that something else is filling the disk and the embedded database is about to fail.
 */
async function diskShortage({ dataDir, diskReserve }: Context['config']): Promise<string | null> {
  // A server with an external database may have no data folder.
  const free = await freeSpace(dataDir).catch(() => null);
  if (free === null || free.bytes >= diskReserve / 2) return null;
  const [left, reserve] = [free.bytes, diskReserve].map((bytes) => Math.round(bytes / 2 ** 20));
  return `the disk that holds ${dataDir} has ${left} MiB left, less than half of the reserve of ${reserve} MiB`;
}

function unavailable(reason: string): DomainError {
  return new DomainError('UNAVAILABLE', `the database cannot be written to: ${reason}`);
}

/** The state of the workers. Not part of the health: a process must not be restarted because they are busy. */
interface Work {
  condition: SystemCondition;
  sandbox: SandboxState;
  /** Absent: there is no replica. */
  replica?: ReplicaState;
}

export async function work({ store }: Process): Promise<Work> {
  const [installation, replica] = await Promise.all([store.lookups.installation(), store.lookups.replica()]);
  return {
    condition: systemCondition(installation),
    sandbox: installation.sandbox,
    ...(replica && { replica: replica.state }),
  };
}

export type Probe = () => Promise<Health & Work>;

/**
 * How long a probe waits for a busy database, and the maximum age of the cached answer that it returns
 * instead. A supervisor restarts servers that answer slowly, and would restart one because of its load.
 * Probes usually come every 10 s. Errors are not cached.
 */
const PATIENCE_MS = 25;
const MOST_AGE_MS = 15_000;

/**
 * An answer this young is returned at once, so that frequent probes do not wait for several turns of a busy event
 * loop. From half of this age on it is renewed in the background, once at a time.
 */
const FRESH_MS = 1_000;

/** The health check for an operator's probe. @throws DomainError UNAVAILABLE, with the reason */
export function createProbe(server: Process): Probe {
  let last: { at: number; work: Work } | null = null;
  let isRenewing = false;

  async function read(): Promise<Work> {
    try {
      await health(server);
      const present = await work(server);
      last = { at: performance.now(), work: present };
      return present;
    } catch (error) {
      last = null;
      throw error;
    }
  }

  /** An error is for the next probe. */
  async function renew(): Promise<void> {
    if (isRenewing) return;
    isRenewing = true;
    await read().catch(() => {});
    isRenewing = false;
  }

  /** Null: there is none, or it is too old. */
  async function lastOne(): Promise<Work | null> {
    await wait(PATIENCE_MS, undefined, { ref: false });
    return last && performance.now() - last.at < MOST_AGE_MS ? last.work : null;
  }

  return async () => {
    const age = last ? performance.now() - last.at : Number.POSITIVE_INFINITY;
    if (last && age < FRESH_MS) {
      if (age > FRESH_MS / 2) void renew();
      return { ...healthy(server), ...last.work };
    }
    const present = read();
    const given = (await Promise.race([present, lastOne()])) ?? (await present);
    return { ...healthy(server), ...given };
  };
}
