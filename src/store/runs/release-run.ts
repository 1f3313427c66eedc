import { transaction } from '../database/transaction.ts';
import type { Lease } from '../log/lease.ts';
import type { Store } from '../store.ts';
import { requeueRuns } from './requeue-runs.ts';

/** Lets go of a run that cannot go on here. One that is no longer held is left alone. */
export async function releaseRun(
  { database }: Store,
  { runId, epoch }: Pick<Lease, 'runId' | 'epoch'>,
): Promise<void> {
  await transaction(database, async (client) => {
    const { rowCount } = await client.query(
      `select from run where id = $1 and epoch = $2 and worker_id is not null for update`,
      [runId, epoch],
    );
    if (rowCount === 1) await requeueRuns(client, [runId]);
  });
}
