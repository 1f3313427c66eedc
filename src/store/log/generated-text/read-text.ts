import type { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';

/** A position in the log of a run. */
export interface LogPosition {
  runId: string;
  /** Later events are ignored. */
  seq: number;
}

type TextEvent = 'TokensGenerated' | 'ReasoningGenerated';

/** SQL of the latest model call up to the position `asked`: its id, and the `seq` of its first event. */
const LATEST_CALL = `
  select seq, data ->> 'callId' as call_id from event
  where run_id = asked.run_id and seq <= asked.seq and type = 'ModelCallStarted' order by seq desc limit 1`;

/** SQL: an event that makes the text of `call` void. */
const VOIDS_CALL = `event.type = 'AttemptStarted' and event.data ->> 'voidCallId' = call.call_id`;

/** It reads no event before the latest call. */
const textsOf = (type: TextEvent) =>
  statement(
    `read-texts-${type}`,
    { runIds: 'text[]', seqs: 'integer[]' },
    ($) => `
      select said.text
      from unnest(${$.runIds}, ${$.seqs}) with ordinality as asked(run_id, seq, position)
      left join lateral (${LATEST_CALL}) as call on true
      left join lateral (
        select case when not bool_or(${VOIDS_CALL})
          then string_agg(event.data ->> 'text', '' order by event.seq) filter (where event.type = '${type}')
          end as text
        from event
        where event.run_id = asked.run_id and event.seq > call.seq and event.seq <= asked.seq
          and ((event.type = '${type}' and event.data ->> 'callId' = call.call_id) or (${VOIDS_CALL}))
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
      select max(event.seq) from event
      where event.run_id = asked.run_id and event.seq > call.seq and event.seq <= asked.seq and ${VOIDS_CALL}
    )) as seq
    from (select ${$.runId} as run_id, ${$.seq} as seq) as asked, lateral (${LATEST_CALL}) as call`,
);

/** The `seq` after which the text of a run's latest model call begins, without void text; 0: no model was called. */
export async function readTextStart(database: Database, position: LogPosition): Promise<number> {
  const { rows } = await database.pool.query<{ seq: number }>(textStart({ ...position }));
  return rows[0]?.seq ?? 0;
}

const latestText = statement(
  'latest-text',
  { runId: 'text', seq: 'integer' },
  ($) => `
    select coalesce((
      select data ->> 'callId' from event
      where run_id = ${$.runId} and seq <= ${$.seq} and type = 'TokensGenerated' order by seq desc limit 1
    ), case when not exists (select from event where run_id = ${$.runId} and seq = ${$.seq}) then '' end) as "callId"`,
);

/**
 * The id of the model call whose text is the latest in a run's log, void or not; null: there is no text; empty: the event at
 * `seq`, which may have been text, has expired.
 */
export async function readLatestTextCall(database: Database, position: LogPosition): Promise<string | null> {
  const { rows } = await database.pool.query<{ callId: string | null }>(latestText({ ...position }));
  return rows[0]?.callId ?? null;
}
