import type { Task } from 'graphile-worker';
import { planDeliveries, readOwnerOf } from '../store/integrations/send-deliveries.ts';
import { JOBS, parseTicket, type Ticket } from '../store/runs/job-queue.ts';
import type { JobContext } from './context.ts';
import { deleteAccount } from './delete-account.ts';

/** The jobs as graphile-worker wants them. */
export function createTaskList(context: JobContext) {
  const { database } = context.engine.store;
  const task: Task = async (payload) => {
    const ticket = await withOwner(context, parseTicket(payload));
    await context.dispatcher.use(ticket);
    // What was taken by a worker that was lost is due later, and has no ticket yet.
    if (ticket.integrationId) await planDeliveries(database, ticket.integrationId, context.stopping.aborted);
  };
  const deletion: Task = (payload) => context.dispatcher.occupy(() => deleteAccount(context, payload));
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
