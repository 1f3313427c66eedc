import type { RunEnd } from '../../rules/runs/run-end.ts';
import type { Platform } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { addLaterDeliveryJobSql } from '../runs/job-queue.ts';

/** A delivery is only this late if there are many for one receiver. */
const OVERDUE_AFTER = '1 minute';

/** A delivery to send, and its destination. */
export interface DueDelivery {
  id: string;
  runEnd: RunEnd;
  /** Number of the attempt, from 1. */
  attempt: number;
  integrationId: string;
  platform: Platform;
  url: string | null;
  sealedCredentials: string;
}

/**
 * Claims a delivery that is due to an integration of an account. No other worker claims it until
 * `lostAfterMs` have passed and the attempt is considered lost.
 * @param busy integrations to skip
 * @returns null when nothing is due to the others
 */
export async function takeDelivery(
  database: Database,
  ownerId: string,
  { busy, lostAfterMs }: { busy: readonly string[]; lostAfterMs: number },
): Promise<DueDelivery | null> {
  const { rows } = await database.pool.query<DueDelivery>({
    name: 'take-delivery',
    text: `
      with due as materialized (
        select delivery.id, platform, url, sealed_credentials
        from integration cross join lateral (
          select id from delivery
          where integration_id = integration.id and status = 'pending' and next_try_at <= clock_timestamp()
          order by next_try_at limit 1 for update skip locked
        ) as delivery
        where owner_id = $1 and is_active and integration.id <> all($3::text[]) limit 1
      )
      update delivery set attempts = attempts + 1, last_tried_at = clock_timestamp(),
        next_try_at = clock_timestamp() + $2 * interval '1 ms', updated_at = clock_timestamp()
      from due where delivery.id = due.id
      returning delivery.id, run_end as "runEnd", attempts as attempt, integration_id as "integrationId", platform,
        url, sealed_credentials as "sealedCredentials"`,
    values: [ownerId, lostAfterMs, busy],
  });
  return rows[0] ?? null;
}

/** The outcome of an attempt. */
export interface Tried {
  responseStatus: number | null;
  /** null: it was delivered. */
  error: string | null;
  /** Milliseconds until the next attempt; null: there is none. */
  waitMs: number | null;
}

/** Has no effect for an attempt that was considered lost and repeated meanwhile. */
export async function recordTry(
  database: Database,
  { id, attempt }: DueDelivery,
  { responseStatus, error, waitMs }: Tried,
): Promise<void> {
  await database.pool.query({
    name: 'record-try',
    text: `
      update delivery set
        status = case when $4::text is null then 'delivered' when $5::float8 is null then 'failed' else 'pending' end,
        response_status = $3, error = $4, next_try_at = clock_timestamp() + $5 * interval '1 ms',
        delivered_at = case when $4 is null then clock_timestamp() end, updated_at = clock_timestamp()
      where id = $1 and attempts = $2 and status = 'pending'`,
    values: [id, attempt, responseStatus, error, waitMs],
  });
}

/** Makes a delivery that was claimed, but not sent, due again. */
export async function releaseDelivery(database: Database, { id, attempt }: DueDelivery): Promise<void> {
  await database.pool.query({
    name: 'release-delivery',
    text: `
      update delivery set attempts = attempts - 1, next_try_at = clock_timestamp(), updated_at = clock_timestamp()
      where id = $1 and attempts = $2 and status = 'pending'`,
    values: [id, attempt],
  });
}

/** Disables an integration because its receiver permanently refuses messages. */
export async function disableIntegration(database: Database, id: string, reason: string): Promise<void> {
  await database.pool.query(
    `update integration set is_active = false, disabled_reason = $2, updated_at = clock_timestamp()
     where id = $1 and is_active`,
    [id, reason],
  );
}

/** Fails pending deliveries of the account's inactive integrations. */
export async function failUnwantedDeliveries(database: Database, ownerId: string): Promise<void> {
  await database.pool.query({
    name: 'fail-unwanted-deliveries',
    text: `
      update delivery set status = 'failed', next_try_at = null, updated_at = clock_timestamp(),
        error = 'the integration was taken out of use'
      from integration
      where integration.owner_id = $1 and not integration.is_active and integration_id = integration.id
        and status = 'pending'`,
    values: [ownerId],
  });
}

/**
 * Adds a ticket for the first delivery to an integration that is due later. Those already due are sent by the
 * slots that send to it now: a ticket for them would be used at once, again and again, while they are busy.
 * @param isStopping this worker sends nothing more: other workers need a ticket for what is already due
 */
export async function planDeliveries(
  database: Database,
  integrationId: string,
  isStopping: boolean,
): Promise<void> {
  await database.pool.query({
    name: 'plan-deliveries',
    text: `
      select ${addLaterDeliveryJobSql('$1::text', 'next.at')} from (
        select next_try_at as at from delivery where integration_id = $1 and status = 'pending'
          and next_try_at > case when $2 then '-infinity' else clock_timestamp() end
        order by next_try_at limit 1
      ) as next`,
    values: [integrationId, isStopping],
  });
}

const MOST_DUE = 1_000;

/** Accounts with deliveries that are due. */
export async function readOwnersOfDue(database: Database): Promise<string[]> {
  const { rows } = await database.pool.query<{ ownerId: string }>({
    name: 'read-owners-of-due',
    text: `
      select distinct integration.owner_id as "ownerId" from (
        select integration_id from delivery
        where status = 'pending' and next_try_at at time zone 'UTC' <= clock_timestamp() at time zone 'UTC'
        order by next_try_at at time zone 'UTC' limit ${MOST_DUE}
      ) as due join integration on integration.id = due.integration_id`,
  });
  return rows.map(({ ownerId }) => ownerId);
}

/** The account for a ticket of the previous version; undefined: the integration has been deleted. */
export async function readOwnerOf(
  { pool }: Database,
  table: 'integration' | 'workflow',
  id: string,
): Promise<string | undefined> {
  const { rows } = await pool.query<{ ownerId: string }>(
    `select owner_id as "ownerId" from ${table} where id = $1`,
    [id],
  );
  return rows[0]?.ownerId;
}

/** Adds tickets for overdue deliveries: theirs may have been lost with a worker, or removed. */
export async function requeueOrphanedDeliveries(database: Database): Promise<void> {
  await database.pool.query({
    name: 'requeue-stray-deliveries',
    text: `
      select ${addLaterDeliveryJobSql('late.integration_id', 'clock_timestamp()')} from (
        select distinct integration_id from delivery
        where status = 'pending'
          and next_try_at at time zone 'UTC' < clock_timestamp() at time zone 'UTC' - interval '${OVERDUE_AFTER}'
      ) as late`,
  });
}
