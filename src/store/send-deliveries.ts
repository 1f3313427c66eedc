import type { RunEnd } from '../rules/run-end.ts';
import type { Platform } from '../vocabulary.ts';
import type { Database } from './database.ts';
import { addLaterDeliveryJobSql } from './job-queue.ts';

/** So far behind it is only with many messages to one receiver. */
const STRAY_AFTER = '1 minute';

/** What is to be sent, and whereto. */
export interface DueDelivery {
  id: string;
  runEnd: RunEnd;
  /** Which try this is, from 1. */
  attempt: number;
  integrationId: string;
  platform: Platform;
  url: string | null;
  sealedCredentials: string;
}

/**
 * Takes what is due to an integration first. Nobody else takes it until `lostAfterMs` have passed: then whoever took it
 * is gone.
 * @returns null when nothing is due.
 */
export async function takeDelivery(
  database: Database,
  integrationId: string,
  lostAfterMs: number,
): Promise<DueDelivery | null> {
  const { rows } = await database.pool.query<DueDelivery>({
    name: 'take-delivery',
    text: `
      with due as (
        select delivery.id, platform, url, sealed_credentials
        from delivery join integration on integration.id = delivery.integration_id
        where integration_id = $1 and status = 'pending' and next_try_at <= clock_timestamp() and is_active
        order by next_try_at limit 1 for update of delivery skip locked
      )
      update delivery set attempts = attempts + 1, last_tried_at = clock_timestamp(),
        next_try_at = clock_timestamp() + $2 * interval '1 ms', updated_at = clock_timestamp()
      from due where delivery.id = due.id
      returning delivery.id, run_end as "runEnd", attempts as attempt, integration_id as "integrationId", platform,
        url, sealed_credentials as "sealedCredentials"`,
    values: [integrationId, lostAfterMs],
  });
  return rows[0] ?? null;
}

/** How a try went. */
export interface Tried {
  responseStatus: number | null;
  /** null: it was delivered. */
  error: string | null;
  /** Milliseconds until the next try; null: there is none. */
  waitMs: number | null;
}

/** A try that was given up for lost, and done by another meanwhile, says nothing any more. */
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

/** Takes an integration out of use, because its receiver wants no more. */
export async function disableIntegration(database: Database, id: string, reason: string): Promise<void> {
  await database.pool.query(
    `update integration set is_active = false, disabled_reason = $2, updated_at = clock_timestamp()
     where id = $1 and is_active`,
    [id, reason],
  );
}

/**
 * What waits for an integration that is out of use fails; for what else waits there is a job when it is due.
 * @param pauseMs not sooner than that.
 */
export async function planDeliveries(
  database: Database,
  integrationId: string,
  pauseMs: number,
): Promise<void> {
  await database.pool.query({
    name: 'plan-deliveries',
    text: `
      with given_up as (
        update delivery set status = 'failed', next_try_at = null, updated_at = clock_timestamp(),
          error = 'the integration was taken out of use'
        from integration
        where integration.id = $1 and not integration.is_active and integration_id = $1 and status = 'pending'
      ), next as (
        select greatest(min(next_try_at), clock_timestamp() + $2 * interval '1 ms') as at
        from delivery join integration on integration.id = delivery.integration_id
        where integration_id = $1 and status = 'pending' and integration.is_active
        having count(*) > 0
      )
      select ${addLaterDeliveryJobSql('$1::text', 'next.at')} from next`,
    values: [integrationId, pauseMs],
  });
}

/** Calls again for what should long be sent: its job may have been lost with a worker, or taken away. */
export async function requeueStrayDeliveries(database: Database): Promise<void> {
  await database.pool.query({
    name: 'requeue-stray-deliveries',
    text: `
      select ${addLaterDeliveryJobSql('stray.integration_id', 'clock_timestamp()')}
      from (select distinct integration_id from delivery
        where status = 'pending' and next_try_at < clock_timestamp() - interval '${STRAY_AFTER}') as stray`,
  });
}
