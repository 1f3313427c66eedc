import type { EventType } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { LoggedEvent } from './events.ts';
import { eventsOf, LOG_COLUMNS, type LogRow, logSql, readMonths } from './log-rows.ts';

/** A page of a log. */
export interface EventRange {
  /** The `seq` before its first event. */
  after: number;
  limit: number;
  /** null: all. */
  types: readonly EventType[] | null;
}

const eventPages = statement(
  'read-event-pages',
  { runIds: 'text[]', after: 'integer', limit: 'integer', types: 'text[]', month: 'text' },
  ($) => `
    select ${LOG_COLUMNS} from run cross join lateral (
      select *, coalesce(sum(coalesce(last_seq, seq) - greatest(seq - 1, ${$.after}))
        over (order by seq rows between unbounded preceding and 1 preceding), 0) as events_before
      from (${logSql({
        after: $.after,
        limit: $.limit,
        month: `${$.month}::date`,
        which: `(${$.types} is null or type = any(${$.types}))`,
      })}) as found
    ) as page
    where run.id = any(${$.runIds}) and run.month = ${$.month}::date and events_before < ${$.limit} order by page.run_id, page.seq`,
);

/** The same page of the logs of many runs, in one query for each of their months. */
export async function readEventPages(
  database: Database,
  runIds: readonly string[],
  range: EventRange,
): Promise<LoggedEvent[]> {
  const months = await readMonths(database, runIds);
  const pages = months.map((month) => database.pool.query<LogRow>(eventPages({ runIds, ...range, month })));
  const rows = (await Promise.all(pages)).flatMap((page) => page.rows);
  const byRun = Map.groupBy(rows, ({ runId }) => runId);
  return [...byRun.values()].flatMap((ofRun) =>
    Iterator.from(ofRun)
      .flatMap((row) => eventsOf(row, range.after))
      .take(range.limit)
      .toArray(),
  );
}
