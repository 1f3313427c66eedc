import type { Task } from 'graphile-worker';
import { planDeliveries, readOwnerOf } from '../store/integrations/send-deliveries.ts';
import { JOBS, parseTicket, type Ticket } from '../store/runs/job-queue.ts';
import type { JobContext } from './context.ts';
import { deleteAccount } from './delete-account.ts';

/** The jobs in the format of graphile-worker. */
export function createTaskList(context: JobContext) {
  const { database } = context.engine.store;
  const task: Task = async (payload) => {
    const ticket = await withOwner(context, parseTicket(payload));
    await context.dispatcher.use(ticket);
    // Deliveries taken by a worker that was lost are due later, and have no ticket yet.
    if (ticket.integrationId) await planDeliveries(database, ticket.integrationId, context.stopping.aborted);
  };
  const deletion: Task = (payload) => context.dispatcher.occupy(() => deleteAccount(context, payload));
  return { ...Object.fromEntries(JOBS.map((name) => [name, task])), 'delete-account': deletion };
}

/** Tickets of the previous version name no account. */
async function withOwner({ engine }: JobContext, ticket: Ticket): Promise<Ticket> {
  const { ownerId, integrationId, workflowId } = ticket;
  if (ownerId) return ticket;
  const { database } = engine.store;
  if (integrationId) return { ...ticket, ownerId: await readOwnerOf(database, 'integration', integrationId) };
  if (workflowId) return { ...ticket, ownerId: await readOwnerOf(database, 'workflow', workflowId) };
  return ticket;
}
