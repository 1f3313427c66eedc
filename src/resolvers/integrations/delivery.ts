import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { type DeliveryRow, findDeliveries, reopenDelivery } from '../../store/integrations/deliveries.ts';
import type { IntegrationRow } from '../../store/integrations/integrations.ts';
import { connect, type PageArguments, readPage } from '../request/page.ts';
import { requireViewer } from '../request/viewer.ts';

/** @throws DomainError NOT_FOUND, also for another user's delivery @param field the argument that names it */
export async function delivery(context: Context, id: string, field = 'id'): Promise<DeliveryRow> {
  const { userId } = requireViewer(context);
  const [found] = await findDeliveries(context.store.database, userId, [id]);
  if (!found) throw new DomainError('NOT_FOUND', `${field}: there is no such delivery`, { field });
  return found;
}

/** The deliveries of an integration, newest first. */
export async function deliveriesOf({ loaders }: Context, { id }: IntegrationRow, given: PageArguments) {
  return connect(readPage(given), {
    read: (range) => loaders.deliveries.load({ parentId: id, range }),
    count: () => loaders.deliveryCounts.load(id),
  });
}

/**
 * Counts as a run, because it costs the worker a job.
 * @throws DomainError NOT_FOUND, INVALID_STATE when its integration is inactive, RATE_LIMITED
 */
export async function redeliver(context: Context, id: string): Promise<DeliveryRow> {
  const field = 'input.id';
  await context.operationLimits.countRun(requireViewer(context).userId);
  await delivery(context, id, field);
  const reopened = await reopenDelivery(context.store.database, id);
  if (reopened) return reopened;
  const message = `${field}: its integration is inactive; set isActive first`;
  throw new DomainError('INVALID_STATE', message, { field });
}
