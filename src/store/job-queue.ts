import { z } from 'zod';

/**
 * A ticket entitles a worker's slot to one piece of ready work, not to a certain one: the worker decides whose turn it
 * is. Triggers add one whenever a run becomes ready. The members name what it was added for.
 */
const ticket = z.object({ ownerId: z.string().optional(), runId: z.string().optional() });
export type Ticket = z.infer<typeof ticket>;

/** Jobs are declared here, beside the transaction that adds them, and implemented in jobs/. */
export const jobPayloads = {
  'take-turn': ticket,
  // Of the version before, which had a job for each run.
  'carry-out-run': ticket,
  'advance-execution': ticket,
  'keep-schedule': z.object({ workflowId: z.string() }),
  deliver: z.object({ integrationId: z.string() }),
};
export type JobName = keyof typeof jobPayloads;

export const TICKETS: readonly JobName[] = ['take-turn', 'carry-out-run', 'advance-execution'];

/** Postgres notifies all workers here of each ticket that is added, with the ticket as JSON. */
export const TICKETS_CHANNEL = 'turns';

/** One that cannot be read, as anybody who is connected to the database may notify, names nothing. */
export function readTicket(text: string | undefined): Ticket {
  try {
    return ticket.parse(JSON.parse(text ?? ''));
  } catch {
    return {};
  }
}

/** SQL that adds the job of a workflow's next tick, in place of an earlier one. @param at SQL of the tick. */
export function addScheduleJobSql(id: string, at: string): string {
  return `graphile_worker.add_job('keep-schedule', json_build_object('workflowId', ${id}),
    run_at => ${at}, job_key => 'schedule:' || ${id}, max_attempts => 25)`;
}

export function removeScheduleJobSql(id: string): string {
  return `graphile_worker.remove_job('schedule:' || ${id})`;
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
