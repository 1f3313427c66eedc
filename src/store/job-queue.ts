import { z } from 'zod';

/** Jobs are declared here, beside the transaction that adds them, and implemented in jobs/. */
export const jobPayloads = {
  'carry-out-run': z.object({ runId: z.string() }),
  'advance-execution': z.object({ runId: z.string() }),
  'keep-schedule': z.object({ workflowId: z.string() }),
  deliver: z.object({ integrationId: z.string() }),
  'delete-account': z.object({ userId: z.string() }),
};
export type JobName = keyof typeof jobPayloads;

/**
 * SQL that adds the job of a run, to be part of the statement or transaction that makes the run ready. The key
 * makes it one job a run; graphile-worker runs the lowest priority number first, runs the highest.
 * @param id SQL of the run's id. @param priority SQL of the run's priority.
 */
export function addRunJobSql(id: string, priority: string): string {
  return addJobSql(id, priority, 'replace');
}

/**
 * The same for a run that has just been made. It has no job, so none needs to be looked for; that look costs a
 * millisecond, and more with every job that waits.
 */
export function addFirstRunJobSql(id: string, priority: string): string {
  return addJobSql(id, priority, 'unsafe_dedupe');
}

/** The same for an execution, which no worker holds: each of its jobs looks what has ended, and begins what is next. */
export function addAdvanceJobSql(id: string, priority: string): string {
  return addJobSql(id, priority, 'replace', 'advance-execution');
}

function addJobSql(
  id: string,
  priority: string,
  keyMode: 'replace' | 'unsafe_dedupe',
  name: JobName = 'carry-out-run',
): string {
  return `graphile_worker.add_job('${name}', json_build_object('runId', ${id}),
    job_key => 'run:' || ${id}, job_key_mode => '${keyMode}', priority => -(${priority}), max_attempts => 25)`;
}

/** SQL that adds the job of a workflow's next tick, in place of an earlier one. @param at SQL of the tick. */
export function addScheduleJobSql(id: string, at: string): string {
  return `graphile_worker.add_job('keep-schedule', json_build_object('workflowId', ${id}),
    run_at => ${at}, job_key => 'schedule:' || ${id}, max_attempts => 25)`;
}

export function removeScheduleJobSql(id: string): string {
  return `graphile_worker.remove_job('schedule:' || ${id})`;
}

/** SQL that takes the waiting job of a run out of the queue; a job that runs already is only kept from a retry. */
export function removeRunJobSql(id: string): string {
  return `graphile_worker.remove_job('run:' || ${id})`;
}

/** Before any run: it takes no longer than its receivers do, and one of an integration sends all that is due. */
const DELIVERY_PRIORITY = -100;

/**
 * SQL that has what is due to an integration sent. Without a key, so that ends of runs do not wait for each other.
 * @param id SQL of the integration's id.
 */
export function addDeliveryJobSql(id: string): string {
  return `graphile_worker.add_job('deliver', json_build_object('integrationId', ${id}),
    priority => ${DELIVERY_PRIORITY}, max_attempts => 25)`;
}

/** The same at a later time, in place of an earlier one like it. @param at SQL of the time. */
export function addLaterDeliveryJobSql(id: string, at: string): string {
  return `graphile_worker.add_job('deliver', json_build_object('integrationId', ${id}), run_at => ${at},
    job_key => 'deliver:' || ${id}, priority => ${DELIVERY_PRIORITY}, max_attempts => 25)`;
}

/** SQL that has what an account owns deleted, after its disabling. @param id SQL of the account's id. */
export function addAccountDeletionJobSql(id: string): string {
  return `graphile_worker.add_job('delete-account', json_build_object('userId', ${id}),
    job_key => 'delete-account:' || ${id}, max_attempts => 25)`;
}
