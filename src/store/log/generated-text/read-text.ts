import type { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';

/** A position in the log of a run. */
export interface LogPosition {
  runId: string;
  /** Later events are ignored. */
  seq: number;
}

type TextEvent = 'TokensGenerated' | 'ReasoningGenerated';

/** SQL: of the run of the position `asked`, whose row is in the query as well. */
const OF_RUN = (table: string) => `${table}.month = run.month and ${table}.run_id = run.id`;

/** SQL of the latest model call up to the position `asked`: its id, and the `seq` of its first event. */
const LATEST_CALL = `
  select seq, data ->> 'callId' as call_id from run_event
  where ${OF_RUN('run_event')} and seq <= asked.seq and type = 'ModelCallStarted' order by seq desc limit 1`;

/** SQL: an event that makes the text of `call` void. */
const VOIDS_CALL = `run_event.type = 'AttemptStarted' and run_event.data ->> 'voidCallId' = call.call_id`;

/** SQL: the part of the log from the call to the position. */
const SINCE_CALL = (table: string) =>
  `${OF_RUN(table)} and ${table}.seq > call.seq and ${table}.seq <= asked.seq`;

/** SQL: the text of a row up to the position: a page may go beyond the position of who read it before it was made. */
const UP_TO_POSITION = `
  case when last_seq > asked.seq
    then convert_from(substring(convert_to(text, 'UTF8') from 1 for ends[asked.seq - seq + 1]), 'UTF8')
    else text end`;

/**
 * Reads no event before the latest call. Text written before `run_text` existed is in `run_event`, so both tables are
 * read for every run.
 */
const textsOf = (type: TextEvent) =>
  statement(
    `read-texts-${type}`,
    { runIds: 'text[]', seqs: 'integer[]' },
    ($) => `
      select said.text
      from unnest(${$.runIds}, ${$.seqs}) with ordinality as asked(run_id, seq, position)
      left join run on run.id = asked.run_id
      left join lateral (${LATEST_CALL}) as call on true
      left join lateral (
        select case when not bool_or(is_void) then string_agg(text, '' order by seq) end as text
        from (
          select seq, ${UP_TO_POSITION} as text, false as is_void from run_text
          where ${SINCE_CALL('run_text')} and type = '${type}' and call_id = call.call_id
          union all
          select seq, data ->> 'text', type = 'AttemptStarted' from run_event
          where ${SINCE_CALL('run_event')}
            and ((type = '${type}' and data ->> 'callId' = call.call_id) or (${VOIDS_CALL}))
        ) as part
      ) as said on true
      order by asked.position`,
  );
const TEXTS = {
  TokensGenerated: textsOf('TokensGenerated'),
  ReasoningGenerated: textsOf('ReasoningGenerated'),
};

/**
 * Reads, in one query, the text that the latest model call of each run had generated; null if that text is void
 * or there is none.
 */
export async function readTexts(
  database: Database,
  type: TextEvent,
  positions: readonly LogPosition[],
): Promise<(string | null)[]> {
  const runIds = positions.map(({ runId }) => runId);
  const seqs = positions.map(({ seq }) => seq);
  const { rows } = await database.pool.query<{ text: string | null }>(TEXTS[type]({ runIds, seqs }));
  return rows.map(({ text }) => text);
}

const textStart = statement(
  'text-start',
  { runId: 'text', seq: 'integer' },
  ($) => `
    select greatest(call.seq, (
      select max(run_event.seq) from run_event where ${SINCE_CALL('run_event')} and ${VOIDS_CALL}
    )) as seq
    from run cross join (select ${$.seq} as seq) as asked cross join lateral (${LATEST_CALL}) as call
    where run.id = ${$.runId}`,
);

/** The `seq` after which the text of a run's latest model call begins, without void text; 0: no model was called. */
export async function readTextStart(database: Database, position: LogPosition): Promise<number> {
  const { rows } = await database.pool.query<{ seq: number }>(textStart({ ...position }));
  return rows[0]?.seq ?? 0;
}

const latestSql = (table: string, callId: string, seq: string) => `(
      select seq, ${callId} as call_id from ${table}
      where ${OF_RUN(table)} and seq <= ${seq} and type = 'TokensGenerated' order by seq desc limit 1)`;

const latestText = statement(
  'latest-text',
  { runId: 'text', seq: 'integer' },
  ($) => `
    select coalesce((
      select latest.call_id from (${latestSql('run_text', 'call_id', $.seq)}
        union all ${latestSql('run_event', `data ->> 'callId'`, $.seq)}
      ) as latest order by latest.seq desc limit 1
    ), case when not (${['run_text', 'run_event']
      .map((table) => `exists (select from ${table} where ${OF_RUN(table)} and seq = ${$.seq})`)
      .join(' or ')}) then '' end) as "callId"
    from run where run.id = ${$.runId}`,
);

/**
 * The id of the model call whose text is the latest in a run's log, void or not; null: there is no text; empty: the event at
 * `seq`, which may have been text, has expired.
 */
export async function readLatestTextCall(database: Database, position: LogPosition): Promise<string | null> {
  const { rows } = await database.pool.query<{ callId: string | null }>(latestText({ ...position }));
  return rows[0]?.callId ?? null;
}
