import type { Database } from '../../database/database.ts';
import type { LoggedEvent } from '../events.ts';
import type { Lease } from '../lease.ts';

export type TextEventType = 'TokensGenerated' | 'ReasoningGenerated';

/** Pieces of the text of one model call; they become one event. */
export interface Batch {
  type: TextEventType;
  callId: string;
  texts: string[];
}

export interface LeaseBatches {
  lease: Lease;
  batches: Batch[];
}

/** The events appended by a statement, by lease. */
export type Committed = Map<Lease, LoggedEvent[]>;

interface Item {
  lease: Lease;
  ordinal: number;
  type: TextEventType;
  data: { callId: string; text: string };
}

/**
 * Appends to many runs in one statement, locking them in the order of their ids.
 * @param writtenBefore number of batches of the lease in the log; a statement that is repeated, or arrives
 * late, finds another number and writes nothing
 * @returns leases that are missing were fenced, or their batches are in the log already
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
      items.map(({ data }) => data.callId),
      items.map(({ data }) => data.text),
    ],
  });
  return pairUp(items, rows);
}

/** The result for a lease's run: the first of its batches got `base` + 1. */
interface Row {
  runId: string;
  epoch: number;
  base: number;
  attempt: number;
  at: Date;
}

// `held` locks in id order, so that two batches over the same runs cannot deadlock. The rest of its form
// guides the planner, which would read the whole table while it is small or its statistics are old, and
// compare every run with every other: a subquery that locks is executed once per row, by index; of `given`
// the planner sees no lengths, which made it plan again for every flush, longer than the flush took; and the
// limit, which excludes nothing, makes it expect one row, to be updated by index.
const COMMIT = `
  with given as materialized (
    select $1::text[] as ids, $2::int[] as epochs, $3::int[] as befores, $4::int[] as ordinals, $5::text[] as types,
      $6::text[] as calls, $7::text[] as texts
  ), item as materialized (
    select item.* from given, unnest(ids, epochs, befores, ordinals, types, calls, texts)
      as item(run_id, epoch, before, ordinal, type, call_id, text)
  ), wanted as (
    select run_id, epoch, before, count(*)::int as count,
      sum(octet_length(call_id) + octet_length(text))::bigint as bytes
    from item group by run_id, epoch, before order by run_id
  ), held as materialized (
    select run.id, wanted.count, wanted.bytes
    from wanted cross join lateral (
      select id from run
      where id = wanted.run_id and epoch = wanted.epoch and written = wanted.before and status = 'running'
      for update
    ) as run
    limit (select cardinality(ids) from given)
  ), moved as (
    update run set last_seq = run.last_seq + held.count, written = run.written + held.count,
      bytes = run.bytes + held.bytes
    from held where run.id = held.id
    returning run.id, run.month, run.epoch, run.last_seq - held.count as base, run.attempt, clock_timestamp() as at
  ), logged as (
    insert into run_text (month, run_id, seq, attempt, type, call_id, text, at)
    select moved.month, moved.id, moved.base + item.ordinal, moved.attempt, item.type, item.call_id, item.text, moved.at
    from item join moved on moved.id = item.run_id and moved.epoch = item.epoch
  )
  select id as "runId", epoch, base, attempt, at from moved`;

function toItems({ lease, batches }: LeaseBatches): Item[] {
  return batches.map(({ type, callId, texts }, index) => ({
    lease,
    ordinal: index + 1,
    type,
    data: { callId, text: texts.join('') },
  }));
}

/** The statement returns numbers, not texts. */
function pairUp(items: readonly Item[], rows: readonly Row[]): Committed {
  const moved = new Map(rows.map((row) => [`${row.runId} ${row.epoch}`, row]));
  const committed: Committed = new Map();
  for (const { lease, ordinal, type, data } of items) {
    const row = moved.get(`${lease.runId} ${lease.epoch}`);
    if (!row) continue;
    const { runId, base, attempt, at } = row;
    const events = committed.get(lease) ?? [];
    committed.set(lease, events);
    events.push({ runId, seq: base + ordinal, attempt, at, type, data });
  }
  return committed;
}

/** Number of batches of each lease in the log; fenced leases are missing. */
export async function readWritten(database: Database, leases: readonly Lease[]): Promise<Map<Lease, number>> {
  const { rows } = await database.pool.query<{ ordinal: string; written: number }>(
    `select wanted.ordinal, run.written
     from unnest($1::text[], $2::int[]) with ordinality as wanted(run_id, epoch, ordinal)
     join run on run.id = wanted.run_id and run.epoch = wanted.epoch and run.status = 'running'`,
    [leases.map(({ runId }) => runId), leases.map(({ epoch }) => epoch)],
  );
  return new Map(rows.map(({ ordinal, written }) => [leases[Number(ordinal) - 1]!, written]));
}
