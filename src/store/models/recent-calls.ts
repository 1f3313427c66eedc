import type { ModelReference } from '../../rules/models/model-id.ts';
import type { PastCall } from '../../rules/models/track-record.ts';
import type { Database } from '../database/database.ts';

/** Number of recent calls of a model that count, unless they are too old. */
const MOST = 20;
const OLDEST = '1 day';

/**
 * The last calls of some models, newest first, by `provider/model`; of all owners, because the providers are
 * shared.
 */
export async function readRecentCalls(
  database: Database,
  models: readonly ModelReference[],
): Promise<Map<string, PastCall[]>> {
  const { rows } = await database.pool.query<PastCall & { key: string }>({
    name: 'read-recent-calls',
    text: `
      select wanted.provider || '/' || wanted.model as key, call.status, call.error_code as "errorCode",
        (extract(epoch from clock_timestamp() - call.started_at) * 1000)::float8 as "ageMs",
        call.latency_ms as "latencyMs", call.time_to_first_token_ms as "timeToFirstTokenMs"
      from unnest($1::text[], $2::text[]) as wanted (provider, model), lateral (
        select status, error_code, started_at, latency_ms, time_to_first_token_ms from model_call
        where provider = wanted.provider and model = wanted.model
          and started_at > clock_timestamp() - interval '${OLDEST}'
        order by started_at desc limit ${MOST}
      ) as call
      order by call.started_at desc`,
    values: [models.map(({ provider }) => provider), models.map(({ model }) => model)],
  });
  return Map.groupBy(rows, ({ key }) => key);
}
