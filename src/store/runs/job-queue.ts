import { z } from 'zod';
import type { Database } from '../database/database.ts';

/**
 * A ticket entitles a worker's slot to one piece of ready work, not to a specific one: the worker decides
 * which account is next. Triggers add a ticket whenever a run becomes ready. The members name what it was
 * added for.
 */
const ticket = z.object({
  ownerId: z.string().optional(),
  runId: z.string().optional(),
  integrationId: z.string().optional(),
  workflowId: z.string().optional(),
});
export type Ticket = z.infer<typeof ticket>;

/** Names of jobs that are tickets. */
export const JOBS = [
  'take-turn',
  /** A delivery to an integration is due. */
  'deliver',
  /** A scheduled time of a workflow has come. */
  'keep-schedule',
  // Of the previous version, which had a job for each run.
  'carry-out-run',
  'advance-execution',
] as const;

/** The payload of the job that deletes the data of an account. It is not a ticket: it occupies no slot. */
export const accountDeletion = z.object({ userId: z.string() });

export const parseTicket = (payload: unknown): Ticket => ticket.parse(payload);

/** The channel on which Postgres notifies all workers of each added ticket, as JSON. */
export const TICKETS_CHANNEL = 'turns';

/** An unreadable one names nothing; any client of the database can send notifications. */
export function readTicket(text: string | undefined): Ticket {
  try {
    return ticket.parse(JSON.parse(text ?? ''));
  } catch {
    return {};
  }
}

/**
 * SQL that adds the ticket for a workflow's next scheduled time, replacing an earlier one.
 * @param at SQL of the time. @param ownerId SQL of the workflow's owner
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
 * SQL that adds the ticket for a delivery that is due to an integration. Without a job key, so that ends of
 * runs do not wait for each other.
 * @param id SQL of the integration's id
 */
export function addDeliveryJobSql(id: string): string {
  return `add_ticket('deliver', ${deliverySql(id)}, null)`;
}

/** The same at a later time, replacing an earlier one. @param at SQL of the time */
export function addLaterDeliveryJobSql(id: string, at: string): string {
  return `graphile_worker.add_job('deliver', ${deliverySql(id)}, run_at => ${at},
    job_key => 'deliver:' || ${id}, max_attempts => 25)`;
}

/**
 * SQL that adds the job to delete an account's data, after the account was disabled. @param id SQL of the
 * account's id
 */
export function addAccountDeletionJobSql(id: string): string {
  return `graphile_worker.add_job('delete-account', json_build_object('userId', ${id}),
    job_key => 'delete-account:' || ${id}, max_attempts => 25)`;
}

/**
 * Deletes jobs whose last attempt failed so many days ago, up to 1,000. Not in batches: their age is in no index, so each
 * batch would read the whole table again. Few jobs fail, and the rest goes in the next hours.
 */
export async function pruneFailedJobs({ pool }: Database, days: number): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'prune-failed-jobs',
    text: `
      delete from graphile_worker._private_jobs where id in (
        select id from graphile_worker._private_jobs
        where attempts >= max_attempts and locked_at is null and updated_at < now() - make_interval(days => $1)
        limit 1000 for update skip locked
      )`,
    values: [days],
  });
  return rowCount ?? 0;
}
