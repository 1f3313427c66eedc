import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { systemCondition } from '../rules/system-condition.ts';
import { freeSpace } from '../store/free-space.ts';
import type { SystemCondition } from '../vocabulary.ts';

type Process = Pick<Context, 'store' | 'config' | 'version'>;

export interface Health {
  status: string;
  version: string;
  /** Of the process that answers. */
  uptimeSeconds: number;
}

/**
 * Checks that the database answers and accepts writes, and that the disk has space left. Migrations ran before this
 * process began to listen. Writes nothing, and queries the database at most once a second.
 * @throws DomainError UNAVAILABLE, with the reason.
 */
export async function health({ store, config, version }: Process): Promise<Health> {
  const { isReadOnly } = await store.lookups.database();
  if (isReadOnly) throw unavailable('the database is read-only');
  const shortage = await diskShortage(config);
  if (shortage) throw unavailable(shortage);
  return { status: 'healthy', version, uptimeSeconds: Math.floor(process.uptime()) };
}

/**
 * Commands leave the reserve free, except for what one writes before it is stopped. Less than half of the reserve means
 * that something else is filling the disk and the embedded database is about to fail.
 */
async function diskShortage({ dataDir, diskReserve }: Context['config']): Promise<string | null> {
  // A server with a database elsewhere may have no data folder.
  const free = await freeSpace(dataDir).catch(() => null);
  if (free === null || free.bytes >= diskReserve / 2) return null;
  const [left, reserve] = [free.bytes, diskReserve].map((bytes) => Math.round(bytes / 2 ** 20));
  return `the disk that holds ${dataDir} has ${left} MiB left, less than half of the reserve of ${reserve} MiB`;
}

function unavailable(reason: string): DomainError {
  return new DomainError('UNAVAILABLE', `nothing can be written: ${reason}`);
}

/** Another question than health: a process is not to be restarted because the workers are busy. */
export async function condition({ store }: Process): Promise<SystemCondition> {
  return systemCondition(await store.lookups.installation());
}

/** What an operator's probe asks for. */
export async function probe(process: Process): Promise<Health & { condition: SystemCondition }> {
  return { ...(await health(process)), condition: await condition(process) };
}
