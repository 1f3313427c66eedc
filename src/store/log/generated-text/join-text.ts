import type { PoolClient } from 'pg';
import { MAX_PAGE_PIECES, planPages, type TextPiece, type TextSpan } from '../../../rules/runs/text-pages.ts';
import type { Database } from '../../database/database.ts';
import { transaction } from '../../database/transaction.ts';
import { ENDED } from '../../entities/run-statuses.ts';

/** Rows that one transaction joins at most. */
const BATCH_ROWS = 2 * MAX_PAGE_PIECES;

/** A run whose text is to be joined, after the given one in the order of ids; null: there is none. */
export async function findTextTicket(database: Database, afterId: string): Promise<string | null> {
  const { rows } = await database.pool.query<{ runId: string }>({
    name: 'find-text-ticket',
    text: 'select run_id as "runId" from text_ticket where run_id > $1 order by run_id limit 1',
    values: [afterId],
  });
  return rows[0]?.runId ?? null;
}

/**
 * Joins a part of the text of a run that has ended into pages, and keeps the ticket while more is left. Readers see the
 * rows as they were, or the pages. Does nothing while another process works on the run.
 */
export function joinText(database: Database, runId: string): Promise<void> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<{ afterSeq: number }>(
      'select after_seq as "afterSeq" from text_ticket where run_id = $1 for update skip locked',
      [runId],
    );
    const [ticket] = rows;
    if (!ticket) return;
    const month = await holdEnded(client, runId);
    const pieces = month === null ? [] : await readPieces(client, { runId, month }, ticket.afterSeq);
    const spans = planPages(pieces);
    if (month !== null && spans.length > 0) await writePages(client, { runId, month }, spans);
    if (pieces.length < BATCH_ROWS) {
      await client.query('delete from text_ticket where run_id = $1', [runId]);
    } else {
      const afterSeq = pieces.at(-1)!.seq;
      await client.query('update text_ticket set after_seq = $2 where run_id = $1', [runId, afterSeq]);
    }
  });
}

/** Keeps a run from being retried or deleted meanwhile. @returns its month; null: it is gone, or has not ended */
async function holdEnded(client: PoolClient, runId: string): Promise<string | null> {
  const { rows } = await client.query<{ month: string; hasEnded: boolean }>(
    `select month::text, status ${ENDED} as "hasEnded" from run where id = $1 for no key update`,
    [runId],
  );
  return rows[0]?.hasEnded ? rows[0].month : null;
}

interface LogKey {
  runId: string;
  month: string;
}

async function readPieces(
  client: PoolClient,
  { runId, month }: LogKey,
  afterSeq: number,
): Promise<TextPiece[]> {
  const { rows } = await client.query<TextPiece>(
    `select seq, attempt, type, call_id as "callId", octet_length(text) as bytes from run_text
     where month = $1::date and run_id = $2 and seq > $3 and last_seq is null order by seq limit ${BATCH_ROWS}`,
    [month, runId, afterSeq],
  );
  return rows;
}

/** The first row of each page becomes the page. The text does not leave Postgres. */
async function writePages(
  client: PoolClient,
  { runId, month }: LogKey,
  spans: readonly TextSpan[],
): Promise<void> {
  const ofRun = 'event.month = $1::date and event.run_id = $2';
  await client.query(
    `with span as (
       select * from unnest($3::int[], $4::int[]) as span(first, last)
     ), piece as (
       select first, seq, text, at, sum(octet_length(text)) over (partition by first order by seq) as end_byte
       from span join run_text as event on ${ofRun} and seq between first and last
     ), page as (
       select first, max(seq) as last_seq, string_agg(text, '' order by seq) as text,
         array_agg(end_byte::int order by seq) as ends, array_agg(at order by seq) as ats
       from piece group by first
     ), removed as (
       delete from run_text as event using span where ${ofRun} and seq > first and seq <= last
     )
     update run_text as event set text = page.text, last_seq = page.last_seq, ends = page.ends, ats = page.ats
     from page where ${ofRun} and event.seq = page.first`,
    [month, runId, spans.map(({ first }) => first), spans.map(({ last }) => last)],
  );
}
