import type { Context } from '../context.ts';

/** The database answers; migrations were done before this process began to listen. */
export async function health(context: Context): Promise<{ status: string; version: string }> {
  await context.store.database.pool.query('select 1');
  return { status: 'healthy', version: context.version };
}
