import { outlastConnectionLoss } from '../../store/connection-loss.ts';
import type { Database } from '../../store/database.ts';
import { disableIntegration, planDeliveries, recordTry, takeDelivery } from '../../store/send-deliveries.ts';
import type { EngineContext } from '../context.ts';
import { createOutboundFetch } from '../outbound-fetch.ts';
import { PATIENCE_MS } from './call.ts';
import { sendDelivery } from './send-delivery.ts';

/** To one integration at once: a slow receiver holds up its own messages, not those to others. */
const AT_ONCE = 4;
/** To all together: slow receivers leave the worker places for runs. */
const ALL_AT_ONCE = 32;
/** When all these places are taken. */
const LATER_MS = 2_000;

const LOST_AFTER_MS = PATIENCE_MS + 5_000;

export interface Deliveries {
  /** Sends what is due to an integration, and sees to it that the rest is sent when it is. */
  send(integrationId: string, stopping: AbortSignal): Promise<void>;
}

/** Each call sends one message after the other; one that finds no place has those that have look once more. */
export function createDeliveries(context: Pick<EngineContext, 'store' | 'secrets' | 'outbound'>): Deliveries {
  const { database } = context.store;
  const means = { fetch: createOutboundFetch(context.outbound), secrets: context.secrets };
  const lines = new Map<string, { open: number; isCalled: boolean }>();
  let allOpen = 0;

  async function sendInTurn(integrationId: string, stopping: AbortSignal): Promise<void> {
    const line = lines.get(integrationId) ?? { open: 0, isCalled: false };
    lines.set(integrationId, line);
    line.open += 1;
    allOpen += 1;
    try {
      do {
        line.isCalled = false;
        while (!stopping.aborted && (await sendNext(database, means, integrationId, stopping)));
      } while (line.isCalled && !stopping.aborted);
    } finally {
      line.open -= 1;
      allOpen -= 1;
      if (line.open === 0) lines.delete(integrationId);
    }
  }

  return {
    async send(integrationId, stopping) {
      const line = lines.get(integrationId);
      if (line?.open === AT_ONCE) {
        line.isCalled = true;
        return;
      }
      const isFull = allOpen >= ALL_AT_ONCE;
      if (!isFull) await sendInTurn(integrationId, stopping);
      await planDeliveries(database, integrationId, isFull ? LATER_MS : 0);
    },
  };
}

/** @returns false when nothing is due. */
async function sendNext(
  database: Database,
  means: Parameters<typeof sendDelivery>[0],
  integrationId: string,
  stopping: AbortSignal,
): Promise<boolean> {
  const delivery = await takeDelivery(database, integrationId, LOST_AFTER_MS);
  if (!delivery) return false;
  const { isGone, ...tried } = await sendDelivery(means, delivery, stopping);
  await outlastConnectionLoss(() => recordTry(database, delivery, tried));
  if (isGone) await disableIntegration(database, integrationId, tried.error!);
  return true;
}
