import type { ClientBase, Pool } from 'pg';
import { FREE_PROVIDERS } from '../../rules/models/price-list.ts';
import type { Prices } from '../../rules/money/money.ts';
import type { ProviderId } from '../../vocabulary.ts';
import { insertSql, part, statement } from '../database/statement.ts';
import { transaction } from '../database/transaction.ts';
import { loggedSql, type Moved, movedSql } from '../log/append-sql.ts';
import { eventsParameter } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import { fenced, heldSql, LEASE, type Lease } from '../log/lease.ts';
import type { Store } from '../store.ts';
import { type CallBounds, isLimitedSql, reserveForCall } from './budgets.ts';
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
 * The part `called`: records the call of the run in `moved`. The cost of a free model is set at once; otherwise it is
 * null until the call is settled.
 * @param id, provider, model, freeProviders SQL expressions @param from what they need besides `moved`
 */
export function calledSql(
  _moved: Moved,
  { id, provider, model, freeProviders }: Record<'id' | 'provider' | 'model' | 'freeProviders', string>,
  from = 'moved',
) {
  const prices = PRICE_COLUMNS.map((column) => [column, `price.${column}`]);
  const greatest = `greatest(${prices.map(([, price]) => price).join(', ')})`;
  const insert = insertSql('model_call', {
    id,
    run_id: 'moved.id',
    attempt: 'moved.attempt',
    provider,
    model,
    status: `'started'`,
    price_source: 'price.price_source',
    ...Object.fromEntries(prices),
    cost: `case when price.price_source = 'list' then case when ${provider} = any(${freeProviders}) then 0 end
      when ${greatest} = 0 then 0 end`,
  });
  const source = `from ${from}, lateral ${callPricesSql('moved.id', provider, model)} as price`;
  return part('called', 'model_call', `${insert} ${source}`, ['*']);
}

const beginCall = statement(
  'begin-model-call',
  {
    ...LEASE,
    id: 'text',
    provider: 'text',
    model: 'text',
    freeProviders: 'text[]',
    events: 'jsonb',
    maybeLimited: 'boolean',
  },
  ($) => {
    const moved = movedSql({
      where: `${heldSql($)} and (${$.maybeLimited} or not ${isLimitedSql('run')})`,
      events: $.events,
    });
    return `
      with ${moved.sql}, ${calledSql(moved, $).sql}, ${loggedSql(moved).sql}
      select logged.*, ${pricesSql('called')} as prices from logged, called`;
  },
);

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
  const { rows } = await connection.query<LoggedEvent & { prices: Prices | null }>(
    beginCall({
      runId: lease.runId,
      epoch: lease.epoch,
      id: call.id,
      provider: call.provider,
      model: call.model,
      freeProviders: FREE_PROVIDERS,
      events: eventsParameter([event]),
      maybeLimited,
    }),
  );
  const [row] = rows;
  if (!row) return null;
  const { prices, ...logged } = row;
  return { event: logged as LoggedEvent, prices };
}
