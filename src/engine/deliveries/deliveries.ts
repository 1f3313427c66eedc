import { outlastConnectionLoss } from '../../store/database/connection-loss.ts';
import {
  type DueDelivery,
  disableIntegration,
  failUnwantedDeliveries,
  planDeliveries,
  recordTry,
  releaseDelivery,
  takeDelivery,
} from '../../store/integrations/send-deliveries.ts';
import type { EngineContext } from '../context.ts';
import { createOutboundFetch } from '../outbound/outbound-fetch.ts';
import { PATIENCE_MS } from './call.ts';
import { sendDelivery } from './send-delivery.ts';

/** Concurrent deliveries to one integration: a slow receiver delays only its own messages. */
const AT_ONCE = 4;
/**
 * Concurrent deliveries of all accounts: slow receivers leave worker slots for runs. An account without any
 * may exceed it.
 */
const ALL_AT_ONCE = 32;

const LOST_AFTER_MS = PATIENCE_MS + 5_000;

export interface Deliveries {
  /**
   * Claims a due delivery of an account.
   * @returns a function that sends it; null: there is none that may be sent now
   */
  take(ownerId: string, stopping: AbortSignal): Promise<(() => Promise<void>) | null>;
  /** Whether another delivery may be sent at the same time. */
  hasCapacity(ownerId: string): boolean;
}

export function createDeliveries(context: Pick<EngineContext, 'store' | 'secrets' | 'outbound'>): Deliveries {
  const { database } = context.store;
  const means = { fetch: createOutboundFetch(context.outbound), secrets: context.secrets };
  const ofIntegrations = createCounts();
  const ofAccounts = createCounts();
  const taking = new Map<string, Promise<unknown>>();

  /** Serialized, because deliveries that are being claimed are not counted yet. */
  async function takeOne(ownerId: string): Promise<DueDelivery | null> {
    const busy = ofIntegrations.from(AT_ONCE);
    const delivery = await takeDelivery(database, ownerId, { busy, lostAfterMs: LOST_AFTER_MS });
    if (delivery) ofIntegrations.change(delivery.integrationId, 1);
    if (delivery) ofAccounts.change(ownerId, 1);
    return delivery;
  }

  async function sendAndRecord(ownerId: string, delivery: DueDelivery, stopping: AbortSignal): Promise<void> {
    const { isGone, ...tried } = await sendDelivery(means, delivery, stopping);
    await outlastConnectionLoss(() => recordTry(database, delivery, tried));
    if (isGone) await disableIntegration(database, delivery.integrationId, tried.error!);
    if (isGone) await failUnwantedDeliveries(database, ownerId);
    if (tried.waitMs !== null) await planDeliveries(database, delivery.integrationId, false);
  }

  async function send(ownerId: string, delivery: DueDelivery, stopping: AbortSignal): Promise<void> {
    const { integrationId } = delivery;
    try {
      if (stopping.aborted) await releaseDelivery(database, delivery);
      else await sendAndRecord(ownerId, delivery, stopping);
      if (stopping.aborted) await planDeliveries(database, integrationId, true);
    } finally {
      ofIntegrations.change(integrationId, -1);
      ofAccounts.change(ownerId, -1);
    }
  }

  return {
    async take(ownerId, stopping) {
      const delivery = await inTurn(taking, ownerId, () => takeOne(ownerId));
      if (delivery) return () => send(ownerId, delivery, stopping);
      await failUnwantedDeliveries(database, ownerId);
      return null;
    },
    hasCapacity: (ownerId) => ofAccounts.sum() < ALL_AT_ONCE || ofAccounts.of(ownerId) === 0,
  };
}

/** Waits for earlier calls with the same key. */
async function inTurn<Result>(
  last: Map<string, Promise<unknown>>,
  key: string,
  act: () => Promise<Result>,
): Promise<Result> {
  const own = (last.get(key) ?? Promise.resolve()).then(act, act);
  last.set(key, own);
  try {
    return await own;
  } finally {
    if (last.get(key) === own) last.delete(key);
  }
}

function createCounts() {
  const counts = new Map<string, number>();
  const of = (key: string) => counts.get(key) ?? 0;
  return {
    of,
    change(key: string, by: number): void {
      const count = of(key) + by;
      if (count > 0) counts.set(key, count);
      else counts.delete(key);
    },
    sum: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
    /** Keys whose count has reached a number. */
    from: (least: number) => [...counts].filter(([, count]) => count >= least).map(([key]) => key),
  };
}
