import { eventsParameter, readEvents } from '../../../src/store/log/event-log.ts';
import type { LoggedEvent, NewEvent } from '../../../src/store/log/events.ts';
import { findTextTicket, joinText } from '../../../src/store/log/generated-text/join-text.ts';
import type { Client } from '../../harness/client.ts';
import type { TestServer } from '../../harness/server.ts';

export const runIdOf = (taskId: string) => Buffer.from(taskId, 'base64url').toString().split(':')[1]!;

/** A run that has ended, whose log begins with its own events and goes on with these. */
export async function endedRun(
  { store }: TestServer,
  client: Client,
  events: readonly NewEvent[],
): Promise<string> {
  const { pool } = store.database;
  const runId = runIdOf(await client.createTask({ prompt: 'x', model: 'demo', hold: true }));
  await pool.query(
    `with logged as (
       select last_seq + ordinality::int as seq, value ->> 'type' as type, value -> 'data' as data, run.id, month,
         now() + ordinality * interval '1.000001 seconds' as at
       from run, jsonb_array_elements($2::jsonb) with ordinality where run.id = $1
     ), texts as (
       insert into run_text (month, run_id, seq, attempt, type, call_id, text, at)
       select month, id, seq, 1, type, data ->> 'callId', data ->> 'text', at from logged where data ? 'text'
     )
     insert into run_event (month, run_id, seq, attempt, type, data, at)
     select month, id, seq, 1, type, data, at from logged where not data ? 'text'`,
    [runId, eventsParameter(events)],
  );
  await pool.query('update run set last_seq = last_seq + $2, bytes = 12345 where id = $1', [
    runId,
    events.length,
  ]);
  await pool.query(`update run set status = 'completed' where id = $1`, [runId]);
  return runId;
}

/** Joins everything that there is a ticket for. */
export async function joinAll({ store: { database } }: TestServer): Promise<void> {
  for (let runId = await findTextTicket(database, ''); runId; runId = await findTextTicket(database, ''))
    await joinText(database, runId);
}

/** The log after a position, a page at a time. @param between called after each page */
export async function readLog(
  { store: { database } }: TestServer,
  runId: string,
  after = 0,
  between: () => Promise<unknown> = async () => {},
): Promise<LoggedEvent[]> {
  const log: LoggedEvent[] = [];
  for (let hasMore = true; hasMore; ) {
    const page = await readEvents(database, runId, log.at(-1)?.seq ?? after);
    log.push(...page.events);
    hasMore = page.hasMore;
    await between();
  }
  return log;
}

export async function countRows({ store }: TestServer, runId: string): Promise<number> {
  const { rows } = await store.database.pool.query(
    'select count(*)::int as count from run_text where run_id = $1',
    [runId],
  );
  return rows[0].count;
}

export const text = (said: string, callId = 'c'): NewEvent => ({
  type: 'TokensGenerated',
  data: { callId, text: said },
});
