import type { Database } from './database.ts';
import type { LoggedEvent } from './events.ts';
import type { Lease } from './lease.ts';

export type TextEventType = 'TokensGenerated' | 'ReasoningGenerated';

/** Pieces of one model call's text; they become one event. */
export interface Batch {
  type: TextEventType;
  callId: string;
  texts: string[];
}

export interface LeaseBatches {
  lease: Lease;
  batches: Batch[];
}

/** The events that a statement appended, by lease. */
export type Committed = Map<Lease, LoggedEvent[]>;

interface Item {
  lease: Lease;
  ordinal: number;
  type: TextEventType;
  data: { callId: string; text: string };
}

/**
 * Appends to many runs in one statement, locking them in the order of their ids.
 * @param writtenBefore how many batches the lease has in the log; a statement that is repeated, or arrives late,
 * finds another number there and writes nothing.
 * @returns a lease that is missing was fenced, or its batches are in the log already.
 */
export async function commitBatches(
  database: Database,
  runs: readonly LeaseBatches[],
  writtenBefore: (lease: Lease) => number,
): Promise<Committed> {
  const items = runs.flatMap(toItems);
  const { rows } = await database.pool.query<Row>({
    name: 'commit-batches',
    text: COMMIT,
    values: [
      items.map(({ lease }) => lease.runId),
      items.map(({ lease }) => lease.epoch),
      items.map(({ lease }) => writtenBefore(lease)),
      items.map((item) => item.ordinal),
      items.map((item) => item.type),
      items.map((item) => JSON.stringify(item.data)),
    ],
  });
  return pairUp(items, rows);
}

interface Row {
  runId: string;
  epoch: number;
  seq: number;
  attempt: number;
  at: Date;
}

// `held` locks in id order, so that two batches over the same runs cannot wait for each other in a circle.
const COMMIT = `
  with item as materialized (
    select * from unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::text[], $6::text[])
      as item(run_id, epoch, before, ordinal, type, data)
  ), wanted as (
    select run_id, epoch, before, count(*)::int as count from item group by run_id, epoch, before
  ), held as (
    select run.id, wanted.epoch, wanted.count
    from run join wanted on wanted.run_id = run.id and wanted.epoch = run.epoch and wanted.before = run.written
    where run.status = 'running'
    order by run.id for update of run
  ), moved as (
    update run set last_seq = run.last_seq + held.count, written = run.written + held.count
    from held where run.id = held.id
    returning run.id, run.epoch, run.last_seq - held.count as base, run.attempt
  ), logged as (
    insert into event (run_id, seq, attempt, type, data)
    select moved.id, moved.base + item.ordinal, moved.attempt, item.type, item.data::jsonb
    from item join moved on moved.id = item.run_id and moved.epoch = item.epoch
    returning run_id, seq, attempt, at
  )
  select logged.run_id as "runId", moved.epoch, logged.seq, logged.attempt, logged.at
  from logged join moved on moved.id = logged.run_id order by logged.seq`;

function toItems({ lease, batches }: LeaseBatches): Item[] {
  return batches.map(({ type, callId, texts }, index) => ({
    lease,
    ordinal: index + 1,
    type,
    data: { callId, text: texts.join('') },
  }));
}

/** The statement gives numbers back, not texts: the lowest `seq` of a lease belongs to its first item. */
function pairUp(items: readonly Item[], rows: readonly Row[]): Committed {
  const numbered = Map.groupBy(rows, ({ runId, epoch }) => `${runId} ${epoch}`);
  const committed: Committed = new Map();
  for (const { lease, ordinal, type, data } of items) {
    const row = numbered.get(`${lease.runId} ${lease.epoch}`)?.[ordinal - 1];
    if (!row) continue;
    const { runId, seq, attempt, at } = row;
    const events = committed.get(lease) ?? [];
    committed.set(lease, events);
    events.push({ runId, seq, attempt, at, type, data });
  }
  return committed;
}

/** How many batches each lease has in the log; one that was fenced is missing. */
export async function readWritten(database: Database, leases: readonly Lease[]): Promise<Map<Lease, number>> {
  const { rows } = await database.pool.query<{ ordinal: string; written: number }>(
    `select wanted.ordinal, run.written
     from unnest($1::text[], $2::int[]) with ordinality as wanted(run_id, epoch, ordinal)
     join run on run.id = wanted.run_id and run.epoch = wanted.epoch and run.status = 'running'`,
    [leases.map(({ runId }) => runId), leases.map(({ epoch }) => epoch)],
  );
  return new Map(rows.map(({ ordinal, written }) => [leases[Number(ordinal) - 1]!, written]));
}
