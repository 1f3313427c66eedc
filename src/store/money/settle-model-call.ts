import type { ClientBase, Pool } from 'pg';
import type { RunError } from '../../errors.ts';
import type { Prices, Usage } from '../../rules/money/money.ts';
import type { FinishReason, ModelCallStatus } from '../../vocabulary.ts';
import { columnsOf, statement, type Values } from '../database/statement.ts';
import { transaction } from '../database/transaction.ts';
import { loggedSql, movedSql } from '../log/append-sql.ts';
import { eventsParameter } from '../log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../log/events.ts';
import { heldSql, LEASE, type Lease } from '../log/lease.ts';
import type { Store } from '../store.ts';
import { isLimitedSql, settleForCall } from './budgets.ts';

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

/** Columns that are set when a call ends. */
const SETTLED = {
  status: 'text',
  input_tokens: 'integer',
  cached_input_tokens: 'integer',
  output_tokens: 'integer',
  reasoning_tokens: 'integer',
  cache_write_tokens: 'integer',
  cost: 'numeric',
  finish_reason: 'text',
  raw_finish_reason: 'text',
  error_code: 'text',
  time_to_first_token_ms: 'float8',
  latency_ms: 'float8',
  input_price: 'numeric',
  cached_input_price: 'numeric',
  output_price: 'numeric',
  cache_write_price: 'numeric',
  cache_write_hour_price: 'numeric',
} as const;

const settleCall = statement(
  'settle-model-call',
  { ...LEASE, callId: 'text', maybeLimited: 'boolean', events: 'jsonb', ...SETTLED },
  ($) => {
    const assignments = Object.entries(columnsOf($, SETTLED)).map(
      ([column, value]) => `${column} = ${value}`,
    );
    const moved = movedSql({
      from: 'settled',
      where: `${heldSql($)} and jsonb_array_length(${$.events}) > 0`,
      events: $.events,
    });
    return `
      with held as (
        select id, parent_id, session_id, owner_id from run where id = ${$.runId} for update
      ), settled as (
        update model_call set ${assignments.join(', ')}
        from held
        where model_call.id = ${$.callId} and latency_ms is null and (${$.maybeLimited} or not ${isLimitedSql('held')})
        returning model_call.id
      ), ${moved.sql}, ${loggedSql(moved).sql}
      select logged.* from settled left join logged on true`;
  },
);

/** @returns nothing when it is already settled or deleted, or when a cost limit is set and must not be */
async function settle(
  connection: Pool | ClientBase,
  lease: Lease,
  settlement: Settlement,
  maybeLimited: boolean,
): Promise<Settled[]> {
  const { rows } = await connection.query<LoggedEvent | { runId: null }>(
    settleCall({
      runId: lease.runId,
      epoch: lease.epoch,
      callId: settlement.callId,
      maybeLimited,
      events: eventsParameter(settlementEvents(settlement)),
      ...columns(settlement),
    }),
  );
  return rows.map((row) => ({ event: row.runId === null ? null : row }));
}

function columns({ usage, prices, ...call }: Settlement): Values<typeof SETTLED> {
  return {
    status: call.status,
    input_tokens: usage.inputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    cache_write_tokens: usage.cacheWriteTokens ?? null,
    cost: call.cost,
    finish_reason: call.finishReason,
    raw_finish_reason: call.rawFinishReason,
    error_code: call.error?.code ?? null,
    time_to_first_token_ms: call.timeToFirstTokenMs,
    latency_ms: call.latencyMs,
    input_price: prices?.input ?? null,
    cached_input_price: prices?.cachedInput ?? null,
    output_price: prices?.output ?? null,
    cache_write_price: prices?.cacheWrite ?? null,
    cache_write_hour_price: prices?.cacheWriteHour ?? null,
  };
}

function settlementEvents({ callId, usage, cost, finishReason, error }: Settlement): NewEvent[] {
  if (error) {
    const { willRetry, ...shown } = error;
    return [{ type: 'ModelCallFailed', data: { callId, error: shown, willRetry } }];
  }
  if (!finishReason) return [];
  const { inputTokens, outputTokens } = usage;
  const data = { callId, finishReason, inputTokens, outputTokens, cost: cost === null ? null : Number(cost) };
  return [{ type: 'ModelCallCompleted', data }];
}
