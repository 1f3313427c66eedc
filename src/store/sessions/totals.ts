import { RUN_STATUSES, type RunStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';

/** Totals of the runs of a session. Cost and token counts are sums of known values. */
export interface SessionTotals {
  sessionId: string;
  tasks: Record<RunStatus, number>;
  /** US dollars. */
  cost: number;
  /** Whether the cost of every call was known. */
  costComplete: boolean;
  inputTokens: number;
  outputTokens: number;
}

const COUNTS = RUN_STATUSES.map(
  (status) => `'${status}', count(*) filter (where run.kind = 'task' and run.status = '${status}')`,
).join(', ');

/** One query for many sessions; a session without runs has no row. */
export async function readSessionTotals(
  database: Database,
  sessionIds: readonly string[],
): Promise<Map<string, SessionTotals>> {
  const { rows } = await database.pool.query<SessionTotals>({
    name: 'read-session-totals',
    text: `
      select run.session_id as "sessionId", json_build_object(${COUNTS}) as tasks,
        coalesce(sum(spent.cost), 0)::float8 as cost, coalesce(bool_and(spent.is_complete), true) as "costComplete",
        coalesce(sum(spent.input_tokens), 0)::float8 as "inputTokens",
        coalesce(sum(spent.output_tokens), 0)::float8 as "outputTokens"
      from run left join lateral (
        select sum(cost) as cost, bool_and(cost is not null) as is_complete, sum(input_tokens) as input_tokens,
          sum(output_tokens) as output_tokens
        from model_call where run_id = run.id
      ) as spent on true
      where run.session_id = any($1::text[]) group by run.session_id`,
    values: [sessionIds],
  });
  return new Map(rows.map((row) => [row.sessionId, row]));
}
