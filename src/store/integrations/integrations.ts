import type { UpdateObject } from 'kysely';
import type { IntegrationTest } from '../../rules/integrations/integration.ts';
import type { Platform } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtText, keysetList, type ListedRow } from '../database/kysely-page.ts';
import type { RowList } from '../database/sql-page.ts';
import { anyOf, CURRENT_TIME, json, optionalFilters, type Tables, tables } from '../database/tables.ts';

export type IntegrationRow = ListedRow<'integration'>;

/** The fields of an integration that can be changed. */
export type IntegrationSettings = Pick<
  IntegrationRow,
  'name' | 'url' | 'sealedCredentials' | 'credentialsHint' | 'notifyOn' | 'isActive'
>;

function allIntegrations({ pool }: Database) {
  return tables(pool).selectFrom('integration').selectAll().select(createdAtText('integration'));
}

/** Those of an owner's integrations that have one of some ids. */
export function findIntegrations(
  database: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<IntegrationRow[]> {
  return allIntegrations(database).where('id', '=', anyOf(ids)).where('ownerId', '=', ownerId).execute();
}

export interface IntegrationListing {
  ownerId: string;
  platform: Platform | null;
}

/** Integrations newest first, by keyset. */
export function listIntegrations(
  database: Database,
  { ownerId, platform }: IntegrationListing,
): RowList<IntegrationRow> {
  const integrations = allIntegrations(database)
    .where('ownerId', '=', ownerId)
    .where(optionalFilters('integration', { platform }));
  return keysetList(database.pool, integrations, 'integration');
}

/** @param most maximum per owner. @returns null when it is reached */
export async function insertIntegration(
  { pool }: Database,
  integration: IntegrationSettings & Pick<IntegrationRow, 'id' | 'ownerId' | 'origin' | 'platform'>,
  most: number,
): Promise<IntegrationRow | null> {
  const { count } = await tables(pool)
    .selectFrom('integration')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('ownerId', '=', integration.ownerId)
    .executeTakeFirstOrThrow();
  if (Number(count) >= most) return null;
  return tables(pool)
    .insertInto('integration')
    .values(integration)
    .returningAll()
    .returning(createdAtText('integration'))
    .executeTakeFirstOrThrow();
}

/** @returns null when it has been deleted */
async function changeIntegration(
  { pool }: Database,
  id: string,
  change: UpdateObject<Tables, 'integration'>,
): Promise<IntegrationRow | null> {
  const changed = await tables(pool)
    .updateTable('integration')
    .set(change)
    .where('id', '=', id)
    .returningAll()
    .returning(createdAtText('integration'))
    .executeTakeFirst();
  return changed ?? null;
}

/**
 * Reactivating an integration clears the reason why it was disabled. @returns null when it has been deleted
 */
export function updateIntegration(
  database: Database,
  id: string,
  change: IntegrationSettings,
): Promise<IntegrationRow | null> {
  const cleared = change.isActive ? { disabledReason: null } : {};
  return changeIntegration(database, id, { ...change, ...cleared, updatedAt: CURRENT_TIME });
}

/** @returns null when it has been deleted */
export function recordTest(
  database: Database,
  id: string,
  test: IntegrationTest,
): Promise<IntegrationRow | null> {
  return changeIntegration(database, id, { lastTest: json(test) });
}

/** Includes its deliveries. @returns false when there is no such integration of the owner */
export async function deleteIntegration({ pool }: Database, ownerId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await tables(pool)
    .deleteFrom('integration')
    .where('id', '=', id)
    .where('ownerId', '=', ownerId)
    .executeTakeFirstOrThrow();
  return numDeletedRows === 1n;
}
