import type { ClientBase, Pool } from 'pg';
import type { RunError } from '../../errors.ts';
import { FREE_PROVIDERS } from '../../rules/models/price-list.ts';
import type { Prices, Usage } from '../../rules/money/money.ts';
import type { FinishReason, ModelCallStatus, ProviderId } from '../../vocabulary.ts';
import { transaction } from '../database/transaction.ts';
import { appendSql, eventsParameter, RAISED, raiseSql } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import { fenced, type Lease } from '../log/lease.ts';
import type { Store } from '../store.ts';
import { type CallBounds, isLimitedSql, reserveForCall, settleForCall } from './budgets.ts';
import { callPricesSql, PRICE_COLUMNS, pricesSql } from './prices.ts';

export interface NewModelCall {
  id: string;
  provider: ProviderId;
  model: string;
}

/** The maximum requirements of a call, once the catalog's prices are known. */
export type BoundsByPrices = (ownPrices: Prices | null) => CallBounds;

/** A call that has been recorded and may be made. */
export interface BegunCall {
  id: string;
  /** Maximum tokens of the answer; null: no limit. */
  maxTokens: number | null;
  /** Prices of the catalog, which override the price list; null: none. */
  prices: Prices | null;
}

/**
 * Records the call and its event before the request is sent, under the lease; if a cost limit is set, with a
 * reservation in the same transaction.
 * @param bounds called only if a limit is set
 * @throws LeaseLost when this worker no longer holds the run, DomainError BUDGET_EXCEEDED, PRICE_UNKNOWN:
 * then no request may be made
 */
export async function beginModelCall(
  store: Store,
  lease: Lease,
  call: NewModelCall,
  bounds: () => Promise<BoundsByPrices>,
): Promise<BegunCall> {
  const unlimited = await begin(store.database.pool, lease, call, false);
  const { event, ...begun } = unlimited
    ? { ...unlimited, maxTokens: null }
    : await beginWithinLimits(store, lease, call, await bounds());
  if (!event) throw fenced(lease);
  store.bus.publish(lease.runId, [event]);
  return { id: call.id, ...begun };
}

function beginWithinLimits(
  store: Store,
  lease: Lease,
  call: NewModelCall,
  boundsBy: BoundsByPrices,
): Promise<Omit<BegunCall, 'id'> & { event: LoggedEvent | null }> {
  return transaction(store.database, async (client) => {
    const begun = await begin(client, lease, call, true);
    if (!begun) return { event: null, prices: null, maxTokens: null };
    const bounds = boundsBy(begun.prices);
    const reservation = await reserveForCall(client, { id: call.id, runId: lease.runId }, bounds);
    return { ...begun, maxTokens: reservation?.maxTokens ?? null };
  });
}

/**
 * SQL that records the call of the run in `moved`. The cost of a free model is set at once; otherwise it is
 * null until the call is settled.
 * @param id, provider, model, freeProviders SQL expressions @param from what they need besides `moved`
 */
export function insertCallSql(
  { id, provider, model, freeProviders }: Record<'id' | 'provider' | 'model' | 'freeProviders', string>,
  from = 'moved',
): string {
  const prices = PRICE_COLUMNS.map((column) => `price.${column}`);
  return `
    insert into model_call (id, run_id, attempt, provider, model, status, price_source, ${PRICE_COLUMNS.join(', ')},
      cost)
    select ${id}, moved.id, moved.attempt, ${provider}, ${model}, 'started', price.price_source, ${prices.join(', ')},
      case when price.price_source = 'list' then case when ${provider} = any(${freeProviders}) then 0 end
        when greatest(${prices.join(', ')}) = 0 then 0 end
    from ${from}, lateral ${callPricesSql('moved.id', provider, model)} as price
    returning *`;
}

/** @returns nothing when the lease is lost, or when a cost limit is set and must not be */
async function begin(
  connection: Pool | ClientBase,
  lease: Lease,
  call: NewModelCall,
  maybeLimited: boolean,
): Promise<{ event: LoggedEvent; prices: Prices | null } | null> {
  const event: NewEvent = {
    type: 'ModelCallStarted',
    data: { callId: call.id, provider: call.provider, model: call.model },
  };
  const { rows } = await connection.query<LoggedEvent & { prices: Prices | null }>({
    name: 'begin-model-call',
    text: `
      with moved as (
        update run set ${raiseSql('1')}
        where id = $1 and epoch = $2 and status = 'running' and ($8 or not ${isLimitedSql('run')})
        returning ${RAISED}
      ), called as (${insertCallSql({ id: '$3', provider: '$4', model: '$5', freeProviders: '$7::text[]' })}
      ), logged as (${appendSql('$6')})
      select logged.*, ${pricesSql('called')} as prices from logged, called`,
    values: [
      lease.runId,
      lease.epoch,
      call.id,
      call.provider,
      call.model,
      eventsParameter([event]),
      FREE_PROVIDERS,
      maybeLimited,
    ],
  });
  const [row] = rows;
  if (!row) return null;
  const { prices, ...logged } = row;
  return { event: logged as LoggedEvent, prices };
}

/** How a call ended, as far as known. */
export interface Settlement {
  callId: string;
  status: Exclude<ModelCallStatus, 'started'>;
  usage: Usage;
  /** The prices that were charged; null is unknown. */
  prices: Prices | null;
  /** US dollars as decimal text; null is unknown. */
  cost: string | null;
  finishReason: FinishReason | null;
  rawFinishReason: string | null;
  error: (RunError & { willRetry: boolean }) | null;
  timeToFirstTokenMs: number | null;
  latencyMs: number;
}

/**
 * Settles the call's row, whichever worker holds the run now (spending has to be recorded), and logs the end
 * if the lease is still valid. A lost lease is not an error here. May be repeated when its response was lost.
 */
export async function settleModelCall(store: Store, lease: Lease, settlement: Settlement): Promise<void> {
  const unlimited = await settle(store.database.pool, lease, settlement, false);
  const rows = unlimited.length > 0 ? unlimited : await settleWithinLimits(store, lease, settlement);
  store.bus.publish(
    lease.runId,
    rows.flatMap(({ event }) => (event ? [event] : [])),
  );
}

function settleWithinLimits(store: Store, lease: Lease, settlement: Settlement): Promise<Settled[]> {
  return transaction(store.database, async (client) => {
    const rows = await settle(client, lease, settlement, true);
    const call = { id: settlement.callId, runId: lease.runId };
    if (rows.length > 0) await settleForCall(client, call, settlement.cost);
    return rows;
  });
}

interface Settled {
  /** null: there was nothing to log, or the lease is lost. */
  event: LoggedEvent | null;
}

/** @returns nothing when it is already settled or deleted, or when a cost limit is set and must not be */
async function settle(
  connection: Pool | ClientBase,
  lease: Lease,
  settlement: Settlement,
  maybeLimited: boolean,
): Promise<Settled[]> {
  const { rows } = await connection.query<LoggedEvent | { runId: null }>({
    name: 'settle-model-call',
    text: `
      with held as (
        select id, parent_id, session_id, owner_id from run where id = $1 for update
      ), settled as (
        update model_call set status = $4, input_tokens = $5, cached_input_tokens = $6, output_tokens = $7,
          reasoning_tokens = $8, cost = $9, finish_reason = $10, raw_finish_reason = $11, error_code = $12,
          time_to_first_token_ms = $13, latency_ms = $14, input_price = $17, cached_input_price = $18,
          output_price = $19, cache_write_tokens = $20, cache_write_price = $21, cache_write_hour_price = $22
        from held
        where model_call.id = $3 and latency_ms is null and ($16 or not ${isLimitedSql('held')})
        returning model_call.id
      ), moved as (
        update run set ${raiseSql('jsonb_array_length($15::jsonb)')}
        from settled
        where run.id = $1 and epoch = $2 and status = 'running' and jsonb_array_length($15::jsonb) > 0
        returning ${RAISED}
      ), logged as (${appendSql('$15')})
      select logged.* from settled left join logged on true`,
    values: [
      lease.runId,
      lease.epoch,
      settlement.callId,
      settlement.status,
      ...columns(settlement),
      eventsParameter(settlementEvents(settlement)),
      maybeLimited,
      settlement.prices?.input ?? null,
      settlement.prices?.cachedInput ?? null,
      settlement.prices?.output ?? null,
      settlement.usage.cacheWriteTokens ?? null,
      settlement.prices?.cacheWrite ?? null,
      settlement.prices?.cacheWriteHour ?? null,
    ],
  });
  return rows.map((row) => ({ event: row.runId === null ? null : row }));
}

function columns({ usage, ...call }: Settlement): unknown[] {
  return [
    usage.inputTokens,
    usage.cachedInputTokens,
    usage.outputTokens,
    usage.reasoningTokens,
    call.cost,
    call.finishReason,
    call.rawFinishReason,
    call.error?.code ?? null,
    call.timeToFirstTokenMs,
    call.latencyMs,
  ];
}

function settlementEvents({ callId, usage, cost, finishReason, error }: Settlement): NewEvent[] {
  if (error) {
    const { willRetry, ...told } = error;
    return [{ type: 'ModelCallFailed', data: { callId, error: told, willRetry } }];
  }
  if (!finishReason) return [];
  const { inputTokens, outputTokens } = usage;
  const data = { callId, finishReason, inputTokens, outputTokens, cost: cost === null ? null : Number(cost) };
  return [{ type: 'ModelCallCompleted', data }];
}
