import type { Database } from '../database/database.ts';
import { BATCH_ROWS, deleteInBatches } from '../database/delete-in-batches.ts';
import { countPerParent, createdAtText, type ListedRow, readPagePerParent } from '../database/kysely-page.ts';
import type { ListRange } from '../database/sql-page.ts';
import { anyOf, CURRENT_TIME, tables } from '../database/tables.ts';
import { transaction } from '../database/transaction.ts';
import { expiredBefore } from '../runs/deletion/expired.ts';
import { addDeliveryJobSql } from '../runs/job-queue.ts';

export type DeliveryRow = ListedRow<'delivery'>;

/** Those of an owner's deliveries that have one of some ids. */
export function findDeliveries(
  { pool }: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<DeliveryRow[]> {
  return tables(pool)
    .selectFrom('delivery')
    .innerJoin('integration', 'integration.id', 'delivery.integrationId')
    .selectAll('delivery')
    .select(createdAtText('delivery'))
    .where('delivery.id', '=', anyOf(ids))
    .where('integration.ownerId', '=', ownerId)
    .execute();
}

const OF_INTEGRATION = { table: 'delivery', parent: 'integrationId' } as const;

function allDeliveries({ pool }: Database) {
  return tables(pool).selectFrom('delivery').selectAll().select(createdAtText('delivery'));
}

/** A page of deliveries for each of many integrations in one query, newest first, by keyset. */
export function readDeliveries(
  database: Database,
  integrationIds: readonly string[],
  range: ListRange,
): Promise<DeliveryRow[]> {
  return readPagePerParent(database.pool, allDeliveries(database), OF_INTEGRATION, integrationIds, range);
}

/** The numbers of deliveries of many integrations, in one query. */
export function countDeliveries(
  database: Database,
  integrationIds: readonly string[],
): Promise<Map<string, number>> {
  return countPerParent(database.pool, allDeliveries(database), OF_INTEGRATION, integrationIds);
}

/**
 * Sends it once more, with all its attempts. @returns null when it has been deleted, or its integration is
 * inactive
 */
export function reopenDelivery(database: Database, id: string): Promise<DeliveryRow | null> {
  return transaction(database, async (client) => {
    const reopened = await tables(client)
      .updateTable('delivery')
      .from('integration')
      .set({ status: 'pending', attempts: 0, nextTryAt: CURRENT_TIME, updatedAt: CURRENT_TIME })
      .where('delivery.id', '=', id)
      .whereRef('integration.id', '=', 'delivery.integrationId')
      .where('integration.isActive', '=', true)
      .returningAll('delivery')
      .returning(createdAtText('delivery'))
      .executeTakeFirst();
    if (!reopened) return null;
    await client.query(`select ${addDeliveryJobSql('$1::text')}`, [reopened.integrationId]);
    return reopened;
  });
}

/**
 * Deletes deliveries that are no longer being sent and have not changed for the days for which they are kept. Finds them
 * by index, the oldest of each integration first.
 * @returns the number of those that were deleted
 */
export function pruneDeliveries(
  database: Database,
  days: number | null,
  signal: AbortSignal,
): Promise<number> {
  const tooOld = expiredBefore('$1::integer', 'own');
  return deleteInBatches(
    database,
    {
      name: 'prune-deliveries',
      text: `
      delete from delivery where id in (
        select old.id from integration
        left join retention as own on own.owner_id = integration.owner_id and own.subject = 'deliveries'
        cross join lateral (
          select id from delivery
          where integration_id = integration.id and created_at < ${tooOld} and updated_at < ${tooOld} and status <> 'pending'
          order by created_at, id limit ${BATCH_ROWS} for update skip locked
        ) as old limit ${BATCH_ROWS}
      )`,
      values: [days],
    },
    signal,
  );
}
