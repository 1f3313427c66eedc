import type { IntegrationTest } from '../../rules/integrations/integration.ts';
import type { Origin, Platform, RunEnding } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtTextSql, type ListRange, rangeSql, rangeValues } from '../database/keyset-page.ts';

/** The fields of an integration that can be changed. */
export interface IntegrationSettings {
  name: string;
  url: string | null;
  sealedCredentials: string;
  credentialsHint: string | null;
  notifyOn: RunEnding[];
  isActive: boolean;
}

export interface IntegrationRow extends IntegrationSettings {
  id: string;
  ownerId: string;
  platform: Platform;
  disabledReason: string | null;
  lastTest: IntegrationTest | null;
  createdAt: Date;
  updatedAt: Date;
  /** `createdAt` with all six digits, which a Date cannot represent; the first part of a list cursor. */
  createdAtText: string;
}

const COLUMNS = `
  integration.id, integration.owner_id as "ownerId", integration.platform, integration.name, integration.url,
  integration.sealed_credentials as "sealedCredentials", integration.credentials_hint as "credentialsHint",
  integration.notify_on as "notifyOn", integration.is_active as "isActive",
  integration.disabled_reason as "disabledReason", integration.last_test as "lastTest",
  integration.created_at as "createdAt", integration.updated_at as "updatedAt",
  ${createdAtTextSql('integration')} as "createdAtText"`;

/** @returns null when there is no such integration of this owner. */
export async function findIntegration(
  database: Database,
  ownerId: string,
  id: string,
): Promise<IntegrationRow | null> {
  const { rows } = await database.pool.query<IntegrationRow>({
    name: 'find-integration',
    text: `select ${COLUMNS} from integration where id = $1 and owner_id = $2`,
    values: [id, ownerId],
  });
  return rows[0] ?? null;
}

export interface IntegrationListing extends ListRange {
  ownerId: string;
  platform: Platform | null;
}

/** Integrations newest first, by keyset. */
export async function listIntegrations(
  database: Database,
  listing: IntegrationListing,
): Promise<IntegrationRow[]> {
  const { name, condition, order } = rangeSql('integration', listing.fromEnd);
  const { rows } = await database.pool.query<IntegrationRow>({
    name: `list-integrations-${name}`,
    text: `
      select ${COLUMNS} from integration
      where owner_id = $7 and ($8::text is null or platform = $8) and ${condition} ${order}`,
    values: [...rangeValues(listing), listing.ownerId, listing.platform],
  });
  return listing.fromEnd ? rows.reverse() : rows;
}

/** @param most maximum per owner. @returns null when it is reached */
export async function insertIntegration(
  database: Database,
  integration: IntegrationSettings & Pick<IntegrationRow, 'id' | 'ownerId' | 'platform'> & { origin: Origin },
  most: number,
): Promise<IntegrationRow | null> {
  const { rows } = await database.pool.query<IntegrationRow>(
    `insert into integration (id, owner_id, origin, platform, name, url, sealed_credentials, credentials_hint,
       notify_on, is_active)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9::text[], $10
     where (select count(*) from integration where owner_id = $2) < $11
     returning ${COLUMNS}`,
    [
      ...[integration.id, integration.ownerId, integration.origin, integration.platform],
      ...settings(integration),
      most,
    ],
  );
  return rows[0] ?? null;
}

/**
 * Reactivating an integration clears the reason why it was disabled. @returns null when it has been deleted
 */
export async function updateIntegration(
  database: Database,
  id: string,
  change: IntegrationSettings,
): Promise<IntegrationRow | null> {
  const { rows } = await database.pool.query<IntegrationRow>(
    `update integration set name = $2, url = $3, sealed_credentials = $4, credentials_hint = $5,
       notify_on = $6, is_active = $7, disabled_reason = case when $7 then null else disabled_reason end,
       updated_at = clock_timestamp()
     where id = $1 returning ${COLUMNS}`,
    [id, ...settings(change)],
  );
  return rows[0] ?? null;
}

function settings(integration: IntegrationSettings): unknown[] {
  return [
    integration.name,
    integration.url,
    integration.sealedCredentials,
    integration.credentialsHint,
    integration.notifyOn,
    integration.isActive,
  ];
}

/** @returns null when it has been deleted */
export async function recordTest(
  database: Database,
  id: string,
  test: IntegrationTest,
): Promise<IntegrationRow | null> {
  const { rows } = await database.pool.query<IntegrationRow>(
    `update integration set last_test = $2::jsonb where id = $1 returning ${COLUMNS}`,
    [id, JSON.stringify(test)],
  );
  return rows[0] ?? null;
}

/** Includes its deliveries. @returns false when there is no such integration of the owner */
export async function deleteIntegration(database: Database, ownerId: string, id: string): Promise<boolean> {
  const { rowCount } = await database.pool.query('delete from integration where id = $1 and owner_id = $2', [
    id,
    ownerId,
  ]);
  return rowCount === 1;
}
