import type { ClientBase } from 'pg';
import { type BulkExample, type BulkResult, bulkProgress } from '../../rules/runs/bulk.ts';
import type { RunKind } from '../../vocabulary.ts';
import { statement } from '../database/statement.ts';
import { transaction } from '../database/transaction.ts';
import { loggedSql, movedSql } from '../log/append-sql.ts';
import { ringChange } from '../log/changes.ts';
import { eventsParameter } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { fenced, heldSql, LEASE, type Lease } from '../log/lease.ts';
import { publishAll } from '../log/publish-all.ts';
import type { WorkingFolder } from '../runs/deletion/delete-runs.ts';
import type { Store } from '../store.ts';
import { actOnRuns } from './act-on-runs.ts';
import type { StartedBulk } from './match-runs.ts';

/** Runs of each exception that are kept as examples. */
const MOST_EXAMPLES = 20;

interface Batch extends Omit<BulkResult, 'matched'> {
  number: number;
  runIds: string[];
  kinds: RunKind[];
  matched: number;
  examples: BulkExample[];
}

/**
 * Acts on the next runs of a bulk operation, and records it in the same transaction: after a crash or a lost response,
 * another worker continues with the next batch, whichever that is.
 * @returns the working directories of deleted tasks; null when no runs are left
 * @throws LeaseLost when this worker no longer holds the run; then nothing was done
 */
export async function executeBatch(
  store: Store,
  lease: Lease,
  bulk: StartedBulk,
): Promise<WorkingFolder[] | null> {
  const executed = await transaction(store.database, async (client) => {
    const batch = await readBatch(client, lease);
    if (!batch) return null;
    const targets = batch.runIds.map((id, index) => ({ id, kind: batch.kinds[index]! }));
    const outcome = await actOnRuns(store, client, bulk, targets);
    return { ...outcome, own: await record(client, lease, batch, outcome) };
  });
  if (!executed) return null;
  const { ownerId } = bulk;
  publishAll(store.bus, [...executed.events, ...executed.own]);
  for (const sessionId of executed.sessionIds) ringChange(store.bus, { ownerId, sessionId });
  return executed.folders;
}

/** It is not locked: only the holder of the lease can record it, which deletes its row. */
async function readBatch(client: ClientBase, { runId }: Lease): Promise<Batch | null> {
  const { rows } = await client.query<Batch>({
    name: 'read-bulk-batch',
    text: `
      select number, run_ids as "runIds", kinds, matched, done, skipped, failed, examples
      from bulk_batch join bulk on bulk.id = bulk_id
      where bulk_id = $1 order by number limit 1`,
    values: [runId],
  });
  return rows[0] ?? null;
}

const recordBatch = statement(
  'record-bulk-batch',
  {
    ...LEASE,
    number: 'integer',
    done: 'integer',
    skipped: 'integer',
    failed: 'integer',
    examples: 'jsonb',
    progress: 'float8',
    events: 'jsonb',
  },
  ($) => {
    const moved = movedSql({ from: 'recorded', where: 'run.id = recorded.id', events: $.events });
    return `
      with held as (
        select id from run where ${heldSql($)} for no key update
      ), executed as (
        delete from bulk_batch using held where bulk_id = held.id and number = ${$.number} returning bulk_id
      ), recorded as (
        update bulk set done = ${$.done}, skipped = ${$.skipped}, failed = ${$.failed}, examples = ${$.examples},
          progress = ${$.progress}
        from executed where bulk.id = executed.bulk_id returning bulk.id
      ), ${moved.sql}, ${loggedSql(moved).sql}
      select * from logged`;
  },
);

/** The last of the transaction: the row of the run is locked after those that it acted on. @throws LeaseLost */
async function record(
  client: ClientBase,
  lease: Lease,
  batch: Batch,
  { done, exceptions }: { done: number; exceptions: readonly BulkExample[] },
): Promise<LoggedEvent[]> {
  const count = (wanted: string) => exceptions.filter(({ exception }) => exception === wanted).length;
  const counts = {
    done: batch.done + done,
    skipped: batch.skipped + count('skipped'),
    failed: batch.failed + count('failed'),
  };
  const progress = bulkProgress(counts, batch.matched);
  const { rows } = await client.query<LoggedEvent>(
    recordBatch({
      runId: lease.runId,
      epoch: lease.epoch,
      number: batch.number,
      ...counts,
      examples: JSON.stringify(withExamples(batch.examples, exceptions)),
      progress,
      events: eventsParameter([{ type: 'ProgressMade', data: { progress } }]),
    }),
  );
  if (rows.length === 0) throw fenced(lease);
  return rows;
}

function withExamples(known: readonly BulkExample[], more: readonly BulkExample[]): BulkExample[] {
  const byException = Map.groupBy([...known, ...more], ({ exception }) => exception);
  return [...byException.values()].flatMap((examples) => examples.slice(0, MOST_EXAMPLES));
}

/** What a bulk operation has done. */
export async function readBulkResult(store: Store, runId: string): Promise<BulkResult> {
  const { rows } = await store.database.pool.query<BulkResult>({
    name: 'read-bulk-result',
    text: 'select matched, done, skipped, failed from bulk where id = $1',
    values: [runId],
  });
  return rows[0]!;
}
