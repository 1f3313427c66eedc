import type { EventType } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { logSql, readMonths } from './event-log.ts';
import type { LoggedEvent } from './events.ts';

/** A page of a log. */
export interface EventRange {
  /** The `seq` before its first event. */
  after: number;
  limit: number;
  /** null: all. */
  types: readonly EventType[] | null;
}

const eventPages = (month: string) =>
  statement(
    `read-event-pages-${month}`,
    { runIds: 'text[]', after: 'integer', limit: 'integer', types: 'text[]' },
    ($) => `
    select page.run_id as "runId", page.seq, page.attempt, page.type, page.data, page.at
    from run cross join lateral (
      ${logSql(`seq > ${$.after} and (${$.types} is null or type = any(${$.types}))`, $.limit, month)}
    ) as page
    where run.id = any(${$.runIds}) and run.month = '${month}' order by page.run_id, page.seq`,
  );

/** The same page of the logs of many runs, in one query for each of their months. */
export async function readEventPages(
  database: Database,
  runIds: readonly string[],
  range: EventRange,
): Promise<LoggedEvent[]> {
  const months = await readMonths(database, runIds);
  const pages = months.map((month) =>
    database.pool.query<LoggedEvent>(eventPages(month)({ runIds, ...range })),
  );
  return (await Promise.all(pages)).flatMap(({ rows }) => rows);
}
