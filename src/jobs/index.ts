import type { Task } from 'graphile-worker';
import { JOBS, parseTicket, type Ticket } from '../store/job-queue.ts';
import { readOwnerOf } from '../store/send-deliveries.ts';
import type { JobContext } from './context.ts';
import { deleteAccount } from './delete-account.ts';

/** The jobs as graphile-worker wants them. */
export function createTaskList(context: JobContext) {
  const task: Task = async (payload) =>
    context.dispatcher.use(await withOwner(context, parseTicket(payload)));
  const deletion: Task = (payload) => deleteAccount(context, payload);
  return { ...Object.fromEntries(JOBS.map((name) => [name, task])), 'delete-account': deletion };
}

/** Tickets of the version before name no account. */
async function withOwner({ engine }: JobContext, ticket: Ticket): Promise<Ticket> {
  const { ownerId, integrationId, workflowId } = ticket;
  if (ownerId) return ticket;
  const { database } = engine.store;
  if (integrationId) return { ...ticket, ownerId: await readOwnerOf(database, 'integration', integrationId) };
  if (workflowId) return { ...ticket, ownerId: await readOwnerOf(database, 'workflow', workflowId) };
  return ticket;
}
