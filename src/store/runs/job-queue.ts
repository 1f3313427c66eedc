import { z } from 'zod';

/**
 * A ticket entitles a worker's slot to one piece of ready work, not to a certain one: the worker decides whose turn it
 * is. Triggers add one whenever a run becomes ready. The members name what it was added for.
 */
const ticket = z.object({
  ownerId: z.string().optional(),
  runId: z.string().optional(),
  integrationId: z.string().optional(),
  workflowId: z.string().optional(),
});
export type Ticket = z.infer<typeof ticket>;

/** The names of jobs that are tickets. */
export const JOBS = [
  'take-turn',
  /** A message is due to an integration. */
  'deliver',
  /** A tick of a workflow's schedule has come. */
  'keep-schedule',
  // Of the version before, which had a job for each run.
  'carry-out-run',
  'advance-execution',
] as const;

/** What the job that deletes the data of an account is given. It is no ticket: no slot waits for it. */
export const accountDeletion = z.object({ userId: z.string() });

export const parseTicket = (payload: unknown): Ticket => ticket.parse(payload);

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

/**
 * SQL that adds the ticket of a workflow's next tick, in place of an earlier one.
 * @param at SQL of the tick. @param ownerId SQL of the workflow's owner.
 */
export function addScheduleJobSql(id: string, at: string, ownerId: string): string {
  return `graphile_worker.add_job('keep-schedule', json_build_object('workflowId', ${id}, 'ownerId', ${ownerId}),
    run_at => ${at}, job_key => 'schedule:' || ${id}, max_attempts => 25)`;
}

export function removeScheduleJobSql(id: string): string {
  return `graphile_worker.remove_job('schedule:' || ${id})`;
}

const deliverySql = (id: string) =>
  `json_build_object('integrationId', ${id}, 'ownerId', (select owner_id from integration where integration.id = ${id}))`;

/**
 * SQL that adds the ticket of a message that is due to an integration. Without a key, so that ends of runs do not wait
 * for each other.
 * @param id SQL of the integration's id.
 */
export function addDeliveryJobSql(id: string): string {
  return `add_ticket('deliver', ${deliverySql(id)}, null)`;
}

/** The same at a later time, in place of an earlier one like it. @param at SQL of the time. */
export function addLaterDeliveryJobSql(id: string, at: string): string {
  return `graphile_worker.add_job('deliver', ${deliverySql(id)}, run_at => ${at},
    job_key => 'deliver:' || ${id}, max_attempts => 25)`;
}

/** SQL that has what an account owns deleted, after its disabling. @param id SQL of the account's id. */
export function addAccountDeletionJobSql(id: string): string {
  return `graphile_worker.add_job('delete-account', json_build_object('userId', ${id}),
    job_key => 'delete-account:' || ${id}, max_attempts => 25)`;
}
