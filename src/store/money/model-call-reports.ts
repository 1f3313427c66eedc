import type { FinishReason, ProviderId } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import type { ModelCall } from '../entities/model-call.ts';

/**
 * Totals of a run's model calls. Counts and cost are sums of known values; the flags report whether all were
 * known.
 */
export interface SpendRow {
  runId: string;
  /** US dollars. */
  cost: number;
  costComplete: boolean;
  inputTokens: number;
  /** Parts of `inputTokens`: read from the vendors' caches, and written to them. */
  cachedInputTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
}

/** SQL: token totals of rows of calls. */
export const SPENT_TOKENS = `coalesce(sum(input_tokens), 0)::float8 as "inputTokens",
  coalesce(sum(cached_input_tokens), 0)::float8 as "cachedInputTokens",
  coalesce(sum(cache_write_tokens), 0)::float8 as "cacheWriteTokens",
  coalesce(sum(output_tokens), 0)::float8 as "outputTokens"`;

/** One query for many runs; a run without calls has no row. */
export async function readSpend(
  database: Database,
  runIds: readonly string[],
): Promise<Map<string, SpendRow>> {
  const { rows } = await database.pool.query<SpendRow>({
    name: 'read-spend',
    text: `
      select run_id as "runId", coalesce(sum(cost), 0)::float8 as cost, bool_and(cost is not null) as "costComplete",
        ${SPENT_TOKENS}
      from model_call where run_id = any($1::text[]) group by run_id`,
    values: [runIds],
  });
  return new Map(rows.map((row) => [row.runId, row]));
}

export type ModelCallRow = Omit<ModelCall, 'cost' | 'provider' | 'finishReason'> & {
  cost: number | null;
  provider: ProviderId;
  finishReason: FinishReason | null;
};

const COLUMNS = `model_call.id, model_call.run_id as "runId", model_call.attempt, model_call.provider, model_call.model,
  model_call.status, input_tokens as "inputTokens", cached_input_tokens as "cachedInputTokens",
  cache_write_tokens as "cacheWriteTokens", output_tokens as "outputTokens", reasoning_tokens as "reasoningTokens",
  model_call.cost::float8 as cost, finish_reason as "finishReason", raw_finish_reason as "rawFinishReason",
  error_code as "errorCode", model_call.started_at as "startedAt", time_to_first_token_ms as "timeToFirstTokenMs",
  latency_ms as "latencyMs"`;

/** Those of the calls of an owner's runs that have one of some ids. */
export async function findModelCalls(
  database: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<ModelCallRow[]> {
  const { rows } = await database.pool.query<ModelCallRow>({
    name: 'find-model-calls',
    text: `
      select ${COLUMNS} from model_call join run on run.id = model_call.run_id
      where model_call.id = any($1::text[]) and run.owner_id = $2`,
    values: [ids, ownerId],
  });
  return rows;
}

/** The calls of many runs in one query, oldest first. */
export async function readModelCalls(database: Database, runIds: readonly string[]): Promise<ModelCallRow[]> {
  const { rows } = await database.pool.query<ModelCallRow>({
    name: 'read-model-calls',
    text: `
      select ${COLUMNS} from model_call where run_id = any($1::text[]) order by model_call.started_at, model_call.id`,
    values: [runIds],
  });
  return rows;
}
