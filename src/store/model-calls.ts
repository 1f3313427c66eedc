import type { RunError } from '../errors.ts';
import type { Usage } from '../rules/money.ts';
import type { FinishReason, ModelCallStatus, ProviderId } from '../vocabulary.ts';
import { appendSql, eventsParameter } from './event-log.ts';
import type { LoggedEvent, NewEvent } from './events.ts';
import { fenced, type Lease } from './lease.ts';
import type { Store } from './store.ts';

export interface NewModelCall {
  id: string;
  provider: ProviderId;
  model: string;
  /** Known beforehand when the model is free; else null, until the call is settled. */
  cost: string | null;
}

/**
 * Writes the call and its event before the request leaves, both under the lease.
 * @throws LeaseLost when the run is no longer this worker's; then no request may be made.
 */
export async function beginModelCall(store: Store, lease: Lease, call: NewModelCall): Promise<void> {
  const event: NewEvent = {
    type: 'ModelCallStarted',
    data: { callId: call.id, provider: call.provider, model: call.model },
  };
  const { rows } = await store.database.pool.query<LoggedEvent>({
    name: 'begin-model-call',
    text: `
      with moved as (
        update run set last_seq = last_seq + 1 where id = $1 and epoch = $2 and status = 'running' returning id, last_seq, attempt
      ), called as (
        insert into model_call (id, run_id, attempt, provider, model, status, cost)
        select $3, moved.id, moved.attempt, $4, $5, 'started', $7::numeric from moved
      )
      ${appendSql('$6')}`,
    values: [
      lease.runId,
      lease.epoch,
      call.id,
      call.provider,
      call.model,
      eventsParameter([event]),
      call.cost,
    ],
  });
  if (rows.length === 0) throw fenced(lease);
  store.bus.publish(lease.runId, rows);
}

/** How a call ended, as far as it is known. */
export interface Settlement {
  callId: string;
  status: Exclude<ModelCallStatus, 'started'>;
  usage: Usage;
  /** US dollars as decimal text; null is unknown. */
  cost: string | null;
  finishReason: FinishReason | null;
  rawFinishReason: string | null;
  error: (RunError & { willRetry: boolean }) | null;
  timeToFirstTokenMs: number | null;
  latencyMs: number;
}

/**
 * Closes the call's row, whoever holds the run by now (what was spent was spent), and tells the log when the
 * lease still holds. A lost lease is no error here.
 */
export async function settleModelCall(store: Store, lease: Lease, settlement: Settlement): Promise<void> {
  const events = eventsParameter(settlementEvents(settlement));
  const { rows } = await store.database.pool.query<LoggedEvent>({
    name: 'settle-model-call',
    text: `
      with settled as (
        update model_call set status = $4, input_tokens = $5, cached_input_tokens = $6, output_tokens = $7,
          reasoning_tokens = $8, cost = $9, finish_reason = $10, raw_finish_reason = $11, error_code = $12,
          time_to_first_token_ms = $13, latency_ms = $14
        where id = $3
      ), moved as (
        update run set last_seq = last_seq + jsonb_array_length($15::jsonb)
        where id = $1 and epoch = $2 and status = 'running' and jsonb_array_length($15::jsonb) > 0
        returning id, last_seq, attempt
      )
      ${appendSql('$15')}`,
    values: [lease.runId, lease.epoch, settlement.callId, settlement.status, ...columns(settlement), events],
  });
  store.bus.publish(lease.runId, rows);
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
