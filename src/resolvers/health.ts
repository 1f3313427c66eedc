import type { Context } from '../context.ts';
import { systemCondition } from '../rules/system-condition.ts';
import type { SystemCondition } from '../vocabulary.ts';

type Process = Pick<Context, 'store' | 'version'>;

export interface Health {
  status: string;
  version: string;
  /** Of the process that answers. */
  uptimeSeconds: number;
}

/** The database answers; migrations were done before this process began to listen. */
export async function health({ store, version }: Process): Promise<Health> {
  await store.database.pool.query('select 1');
  return { status: 'healthy', version, uptimeSeconds: Math.floor(process.uptime()) };
}

/** Another question than health: a process is not to be restarted because the workers are busy. */
export async function condition({ store }: Process): Promise<SystemCondition> {
  return systemCondition(await store.lookups.installation());
}

/** What an operator's probe asks for. */
export async function probe(process: Process): Promise<Health & { condition: SystemCondition }> {
  return { ...(await health(process)), condition: await condition(process) };
}
