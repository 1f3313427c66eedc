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
  (status) =>
    `'${status}', coalesce(sum(count) filter (where subject = 'run' and name = 'task' and detail = '${status}'), 0)`,
).join(', ');

/** SQL: a sum over model calls. */
const ofCalls = (column: string) => `coalesce(sum(${column}) filter (where subject = 'call'), 0)`;

const COLUMNS = 'subject, name, detail, count, unpriced, cost, input_tokens, output_tokens';

/** From counters and pending changes, in one query for many sessions; a session without runs has no row. */
export async function readSessionTotals(
  database: Database,
  sessionIds: readonly string[],
): Promise<Map<string, SessionTotals>> {
  const { rows } = await database.pool.query<SessionTotals>({
    name: 'read-session-totals',
    text: `
      with wanted as materialized (
        select session.* from (select distinct unnest($1::text[]) as id) as asked cross join lateral (
          select id, owner_id from session where session.id = asked.id offset 0
        ) as session
      ), counted as (
        select wanted.id, ${COLUMNS} from wanted cross join lateral (
          select * from counter
          where owner_id = wanted.owner_id and scope = 's:' || wanted.id and grain = 'all' and at = to_timestamp(0)
            and subject in ('run', 'call') offset 0
        ) as counter
        union all select session_id, ${COLUMNS} from counter_change
        where owner_id in (select owner_id from wanted) and session_id = any($1) and subject in ('run', 'call')
      )
      select id as "sessionId", json_build_object(${COUNTS}) as tasks,
        ${ofCalls('cost')}::float8 as cost, ${ofCalls('unpriced')} = 0 as "costComplete",
        ${ofCalls('input_tokens')}::float8 as "inputTokens", ${ofCalls('output_tokens')}::float8 as "outputTokens"
      from counted group by id`,
    values: [sessionIds],
  });
  return new Map(rows.map((row) => [row.sessionId, row]));
}
