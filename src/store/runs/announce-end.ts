import { RUN_KINDS } from '../../vocabulary.ts';
import type { Moved } from '../log/append-sql.ts';
import { addDeliveryJobSql } from './job-queue.ts';

/** Columns that a statement that ends runs returns from their rows, besides those for its events. */
export const ENDED_RUN = [
  'kind',
  'status',
  'parent_id',
  'cancel_reason',
  'created_at',
  'updated_at',
] as const;

export type EndedRuns = Moved<(typeof ENDED_RUN)[number]>;

/**
 * The part `announced`: creates deliveries for the integrations to be notified of the ends of runs, atomically
 * with the ends. It belongs in every statement that ends runs, and ignores runs that have not
 * ended. Parts of a run are announced with the whole. The statement waits for an integration that is being
 * deleted, and then ends the run without it.
 * @param moved its last event is the end
 */
export function announceSql({ events }: EndedRuns): string {
  return `announced as (
    insert into delivery (id, integration_id, run_id, seq, run_end, next_try_at)
    select gen_random_uuid()::text, integration.id, moved.id, moved.last_seq, ${runEndSql(events)}, moved.updated_at
    from moved join integration on integration.owner_id = moved.owner_id and integration.is_active
      and integration.notify_on <> '{}' and moved.status = any(integration.notify_on)
    where moved.parent_id is null
    for key share of integration
    returning ${addDeliveryJobSql('integration_id')}
  )`;
}

const STARTED_AT = RUN_KINDS.map((kind) => `(select started_at from ${kind} where id = moved.id)`).join(', ');

function runEndSql(events: string): string {
  return `jsonb_build_object('runId', moved.id, 'kind', moved.kind, 'status', moved.status,
      'sessionId', moved.session_id, 'error', ${events} -> -1 -> 'data' -> 'error',
      'cancelReason', moved.cancel_reason, 'createdAt', moved.created_at, 'endedAt', moved.updated_at,
      'startedAt', coalesce(${STARTED_AT})) || (
      select jsonb_build_object('cost', coalesce(sum(model_call.cost), 0)::float8,
        'costComplete', coalesce(bool_and(model_call.cost is not null), true))
      from (select moved.id union all select part.id from run as part where part.parent_id = moved.id) as paid
        join model_call on model_call.run_id = paid.id)`;
}
