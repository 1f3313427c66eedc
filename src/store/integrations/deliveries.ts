import type { RunEnd } from '../../rules/runs/run-end.ts';
import type { DeliveryStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtTextSql, type ListRange, ofEachSql, pageStatement } from '../database/keyset-page.ts';
import { addDeliveryJobSql } from '../runs/job-queue.ts';

export interface DeliveryRow {
  id: string;
  integrationId: string;
  runEnd: RunEnd;
  status: DeliveryStatus;
  attempts: number;
  responseStatus: number | null;
  error: string | null;
  nextTryAt: Date | null;
  lastTriedAt: Date | null;
  deliveredAt: Date | null;
  createdAt: Date;
  /** `createdAt` with all six digits, which a Date cannot represent; the first part of a list cursor. */
  createdAtText: string;
}

const COLUMNS = `
  delivery.id, delivery.integration_id as "integrationId", delivery.run_end as "runEnd", delivery.status,
  delivery.attempts, delivery.response_status as "responseStatus", delivery.error,
  delivery.next_try_at as "nextTryAt", delivery.last_tried_at as "lastTriedAt",
  delivery.delivered_at as "deliveredAt", delivery.created_at as "createdAt",
  ${createdAtTextSql('delivery')} as "createdAtText"`;

/** @returns null when this owner has no such delivery */
export async function findDelivery(
  database: Database,
  ownerId: string,
  id: string,
): Promise<DeliveryRow | null> {
  const { rows } = await database.pool.query<DeliveryRow>({
    name: 'find-delivery',
    text: `
      select ${COLUMNS} from delivery join integration on integration.id = delivery.integration_id
      where delivery.id = $1 and integration.owner_id = $2`,
    values: [id, ownerId],
  });
  return rows[0] ?? null;
}

const deliveries = pageStatement(
  'read-deliveries',
  'delivery',
  { integrationIds: 'text[]' },
  ({ integrationIds }, page) =>
    ofEachSql(
      `select ${COLUMNS} from delivery where delivery.integration_id = wanted.id and ${page.condition} ${page.order}`,
      page,
      integrationIds,
    ),
);

/** A page of deliveries for each of many integrations in one query, newest first, by keyset. */
export async function readDeliveries(
  database: Database,
  integrationIds: readonly string[],
  range: ListRange,
): Promise<DeliveryRow[]> {
  const { rows } = await database.pool.query<DeliveryRow>(deliveries(range, { integrationIds }));
  return range.fromEnd ? rows.reverse() : rows;
}

/**
 * Sends it once more, with all its attempts. @returns null when it has been deleted, or its integration is
 * inactive
 */
export async function reopenDelivery(database: Database, id: string): Promise<DeliveryRow | null> {
  const { rows } = await database.pool.query<DeliveryRow>(
    `with reopened as (
       update delivery set status = 'pending', attempts = 0, next_try_at = clock_timestamp(),
         updated_at = clock_timestamp()
       from integration
       where delivery.id = $1 and integration.id = delivery.integration_id and integration.is_active
       returning delivery.*
     ), queued as (select ${addDeliveryJobSql('integration_id')} from reopened)
     select ${COLUMNS} from reopened as delivery, (select count(*) from queued) as enqueue`,
    [id],
  );
  return rows[0] ?? null;
}
