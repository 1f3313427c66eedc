import { pruneRuns } from '../../src/jobs/prune-runs.ts';
import { createLog } from '../../src/log.ts';
import { workspaceSettings } from '../../src/workspaces/workspaces.ts';
import type { TestServer } from '../harness/server.ts';

/** One pass of deleting what has expired, as workers make one every hour. */
export function pass({ store, metrics, config }: TestServer, signal = new AbortController().signal) {
  const context = {
    store,
    metrics: metrics.work,
    log: createLog('silent'),
    workspaces: workspaceSettings(config, null),
  };
  return pruneRuns(context, signal);
}

/** As if runs had ended so many days ago. */
export async function age({ store }: TestServer, ids: readonly string[], days: number): Promise<void> {
  await store.database.pool.query(
    `update run set ended_at = now() - make_interval(days => $2) where id = any($1::text[]) and ended_at is not null`,
    [ids.map(plain), days],
  );
}

/** Sets for how many days an account's data is kept. */
export async function keep(
  { store }: TestServer,
  ownerId: string,
  days: Record<string, number>,
): Promise<void> {
  for (const [subject, value] of Object.entries(days))
    await store.database.pool.query(
      `insert into retention (owner_id, subject, days) values ($1, $2, $3)
       on conflict (owner_id, subject) do update set days = excluded.days`,
      [ownerId, subject, value],
    );
}

export const plain = (globalId: string): string =>
  Buffer.from(globalId, 'base64url').toString().split(':')[1]!;
