import type { Database } from '../database/database.ts';

/** The text of a run as of a position in its log. */
export interface TextPosition {
  runId: string;
  /** Later events are ignored. */
  seq: number;
}

type TextEvent = 'TokensGenerated' | 'ReasoningGenerated';

/** The id of the latest model call that generated text up to the position. Its text may be void. */
const LATEST_CALL = (type: TextEvent) => `
  select data ->> 'callId' as call_id from event
  where run_id = asked.run_id and seq <= asked.seq and type = '${type}' order by seq desc limit 1`;

/**
 * Reads, in one query, the text that the latest model call of each run had generated; null if that text is void
 * or there is none.
 */
export async function readTexts(
  database: Database,
  type: TextEvent,
  positions: readonly TextPosition[],
): Promise<(string | null)[]> {
  const { rows } = await database.pool.query<{ text: string | null }>({
    name: `read-texts-${type}`,
    text: `
      select said.text from unnest($1::text[], $2::int[]) with ordinality as asked(run_id, seq, position)
      left join lateral (
        select string_agg(data ->> 'text', '' order by event.seq) as text
        from event, (${LATEST_CALL(type)}) as latest
        where event.run_id = asked.run_id and event.seq <= asked.seq and event.type = '${type}'
          and event.data ->> 'callId' = latest.call_id
          and not exists (
            select from event as restart
            where restart.run_id = asked.run_id and restart.seq <= asked.seq and restart.type = 'AttemptStarted'
              and restart.data ->> 'voidCallId' = latest.call_id)
      ) as said on true
      order by asked.position`,
    values: [positions.map(({ runId }) => runId), positions.map(({ seq }) => seq)],
  });
  return rows.map(({ text }) => text);
}

/** A model call with text: its id and the `seq` of its first text. */
export interface TextStart {
  callId: string;
  seq: number;
}

/** The latest model call with text in a run's log up to a position; null: none. */
export async function latestTextStart(
  database: Database,
  { runId, seq }: TextPosition,
): Promise<TextStart | null> {
  const { rows } = await database.pool.query<TextStart>({
    name: 'latest-text-start',
    text: `
      select latest.call_id as "callId", min(event.seq) as seq
      from (select $1::text as run_id, $2::int as seq) as asked, lateral (${LATEST_CALL('TokensGenerated')}) as latest, event
      where event.run_id = asked.run_id and event.seq <= asked.seq and event.type = 'TokensGenerated'
        and event.data ->> 'callId' = latest.call_id
      group by latest.call_id`,
    values: [runId, seq],
  });
  return rows[0] ?? null;
}
