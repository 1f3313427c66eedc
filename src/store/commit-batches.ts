import type { Database } from './database.ts';
import type { LoggedEvent } from './events.ts';
import type { TextEventType } from './run-writer.ts';

/** Pieces of one model call's text; they become one event. */
export interface Batch {
  type: TextEventType;
  callId: string;
  texts: string[];
}

export interface RunBatches {
  runId: string;
  epoch: number;
  batches: Batch[];
}

interface Item {
  runId: string;
  epoch: number;
  ordinal: number;
  type: TextEventType;
  data: { callId: string; text: string };
}

/**
 * Appends to many runs in one statement, locking them in the order of their ids.
 * @returns the events by run; a run that is missing was fenced, and dropped out without failing the others.
 */
export async function commitBatches(
  database: Database,
  runs: readonly RunBatches[],
): Promise<Map<string, LoggedEvent[]>> {
  const items = runs.flatMap(toItems);
  const { rows } = await database.pool.query<{ runId: string; seq: number; attempt: number; at: Date }>({
    name: 'commit-batches',
    text: COMMIT,
    values: [
      items.map((item) => item.runId),
      items.map((item) => item.epoch),
      items.map((item) => item.ordinal),
      items.map((item) => item.type),
      items.map((item) => JSON.stringify(item.data)),
    ],
  });
  return pairUp(items, rows);
}

// `held` locks in id order, so that two batches over the same runs cannot wait for each other in a circle.
const COMMIT = `
  with item as materialized (
    select * from unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::text[])
      as item(run_id, epoch, ordinal, type, data)
  ), wanted as (
    select run_id, epoch, count(*)::int as count from item group by run_id, epoch
  ), held as (
    select run.id from run join wanted on wanted.run_id = run.id and wanted.epoch = run.epoch
    where run.status = 'running'
    order by run.id for update of run
  ), moved as (
    update run set last_seq = run.last_seq + wanted.count
    from held join wanted on wanted.run_id = held.id
    where run.id = held.id and run.epoch = wanted.epoch
    returning run.id, run.last_seq - wanted.count as base, run.attempt
  )
  insert into event (run_id, seq, attempt, type, data)
  select moved.id, moved.base + item.ordinal, moved.attempt, item.type, item.data::jsonb
  from item join moved on moved.id = item.run_id
  returning run_id as "runId", seq, attempt, at`;

function toItems(run: RunBatches): Item[] {
  return run.batches.map((batch, index) => ({
    runId: run.runId,
    epoch: run.epoch,
    ordinal: index + 1,
    type: batch.type,
    data: { callId: batch.callId, text: batch.texts.join('') },
  }));
}

/** The statement gives numbers back, not texts: the lowest `seq` of a run belongs to its first item. */
function pairUp(
  items: readonly Item[],
  rows: { runId: string; seq: number; attempt: number; at: Date }[],
): Map<string, LoggedEvent[]> {
  const numbered = new Map<string, typeof rows>();
  for (const row of rows.sort((a, b) => a.seq - b.seq)) {
    const ofRun = numbered.get(row.runId);
    if (ofRun) ofRun.push(row);
    else numbered.set(row.runId, [row]);
  }
  const events = new Map<string, LoggedEvent[]>();
  for (const item of items) {
    const row = numbered.get(item.runId)?.[item.ordinal - 1];
    if (!row) continue;
    const event: LoggedEvent = { ...row, type: item.type, data: item.data };
    const ofRun = events.get(item.runId);
    if (ofRun) ofRun.push(event);
    else events.set(item.runId, [event]);
  }
  return events;
}

/**
 * How many batches each run has in its log since an attempt of it: what a writer whose connection broke during a
 * commit asks, to learn whether that commit happened.
 */
export async function countBatches(
  database: Database,
  runs: readonly { runId: string; attempt: number }[],
): Promise<Map<string, number>> {
  const { rows } = await database.pool.query<{ runId: string; count: number }>(
    `select event.run_id as "runId", count(*)::int as count
     from unnest($1::text[], $2::int[]) as wanted(run_id, attempt)
     join event on event.run_id = wanted.run_id and event.attempt >= wanted.attempt
     where event.type in ('TokensGenerated', 'ReasoningGenerated') group by event.run_id`,
    [runs.map(({ runId }) => runId), runs.map(({ attempt }) => attempt)],
  );
  return new Map(rows.map(({ runId, count }) => [runId, count]));
}
