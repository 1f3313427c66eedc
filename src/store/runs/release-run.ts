import { transaction } from '../database/transaction.ts';
import type { Lease } from '../log/lease.ts';
import type { Store } from '../store.ts';
import { requeueTasks } from './requeue-runs.ts';

/** Releases a run that cannot continue here. Has no effect if it is no longer held. */
export async function releaseRun(
  { database }: Store,
  { runId, epoch }: Pick<Lease, 'runId' | 'epoch'>,
): Promise<void> {
  await transaction(database, async (client) => {
    const { rowCount } = await client.query(
      `select from run where id = $1 and epoch = $2 and worker_id is not null for update`,
      [runId, epoch],
    );
    if (rowCount === 1) await requeueTasks(client, [runId]);
  });
}
