import type { EventType } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { LoggedEvent } from './events.ts';

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
  { runIds: 'text[]', after: 'integer', limit: 'integer', types: 'text[]' },
  ($) => `
    select page.* from (select distinct unnest(${$.runIds}) as id) as wanted cross join lateral (
      select run_id as "runId", seq, attempt, type, data, at from event
      where run_id = wanted.id and seq > ${$.after} and (${$.types} is null or type = any(${$.types}))
      order by seq limit ${$.limit}
    ) as page order by page."runId", page.seq`,
);

/** The same page of the logs of many runs, in one query. */
export async function readEventPages(
  database: Database,
  runIds: readonly string[],
  range: EventRange,
): Promise<LoggedEvent[]> {
  const { rows } = await database.pool.query<LoggedEvent>(eventPages({ runIds, ...range }));
  return rows;
}
