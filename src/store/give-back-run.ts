import { addRunJobSql } from './job-queue.ts';
import type { Lease } from './lease.ts';
import type { Store } from './store.ts';

/**
 * Lets go of a run that cannot be carried on here, for any worker to start its text again. What was asked of a
 * provider meanwhile is closed as failed. A run that is no longer held is left alone.
 */
export async function giveBackRun(store: Store, lease: Pick<Lease, 'runId' | 'epoch'>): Promise<void> {
  await store.database.pool.query({
    name: 'give-back-run',
    text: `
      with moved as (
        update run set status = 'queued', epoch = epoch + 1, worker_id = null, updated_at = clock_timestamp()
        where id = $1 and epoch = $2 and status = 'running'
        returning id, priority
      ), settled as (
        update model_call set status = 'failed', error_code = 'INTERNAL_ERROR'
        from moved where model_call.run_id = moved.id and model_call.status = 'started'
      )
      select ${addRunJobSql('moved.id', 'moved.priority')} from moved`,
    values: [lease.runId, lease.epoch],
  });
}
