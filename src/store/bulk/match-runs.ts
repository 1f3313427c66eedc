import type { ClientBase } from 'pg';
import { KINDS_IN_BULK } from '../../rules/runs/kinds.ts';
import type { BulkAction } from '../../vocabulary.ts';
import { collectParameters } from '../database/statement.ts';
import { transaction } from '../database/transaction.ts';
import { fenced, type Lease } from '../log/lease.ts';
import { matchingSql } from '../runs/lists/list-sql.ts';
import { selectedSql } from '../runs/lists/selected-sql.ts';
import type { Store } from '../store.ts';
import type { BulkSettings, BulkTarget } from './bulk.ts';

/** Runs that one transaction acts on: it holds their locks for some tens of milliseconds. */
const BATCH = 50;

/** What a worker needs to execute a bulk operation. */
export interface StartedBulk {
  id: string;
  ownerId: string;
  action: BulkAction;
  settings: BulkSettings;
  matched: number | null;
  createdAt: Date;
}

/** @throws LeaseLost when this worker no longer holds the run */
export async function startBulk({ database }: Store, lease: Lease): Promise<StartedBulk> {
  const { rows } = await database.pool.query<StartedBulk>({
    name: 'start-bulk',
    text: `
      update bulk set started_at = coalesce(started_at, clock_timestamp())
      from run
      where bulk.id = $1 and run.id = $1 and run.epoch = $2 and run.status = 'running'
      returning bulk.id, owner_id as "ownerId", action, settings, matched,
        run.created_at as "createdAt"`,
    values: [lease.runId, lease.epoch],
  });
  const [bulk] = rows;
  if (!bulk) throw fenced(lease);
  return bulk;
}

/**
 * SQL that stores runs in batches, in the order in which a bulk operation acts on them: the oldest first to retry, so that
 * they are queued in their order; otherwise the newest first: workers take the oldest, and what depends on a run is newer
 * than it. An execution may have a thousand parts, so that it is the last of its batch.
 * @param runs SQL of their id, kind and created_at, which is null for those that do not exist. @param id SQL of the bulk operation
 */
function batchesSql(runs: string, id: string, action: BulkAction): string {
  const direction = action === 'retry' ? 'asc' : 'desc';
  return `
    insert into bulk_batch (bulk_id, number, run_ids, kinds)
    select ${id}, number, array_agg(id order by position), array_agg(kind order by position)
    from (
      select id, kind, row_number() over sorted as position,
        coalesce(sum(case kind when 'execution' then ${BATCH} else 1 end)
          over (sorted rows between unbounded preceding and 1 preceding), 0) / ${BATCH} as number
      from (${runs}) as run window sorted as (order by created_at ${direction} nulls last, id ${direction})
    ) as found group by number`;
}

/** Stores the runs of a bulk operation that were named by their ids. */
export async function addBatches(
  client: ClientBase,
  { id, ownerId, action }: Pick<StartedBulk, 'id' | 'ownerId' | 'action'>,
  targets: readonly BulkTarget[],
): Promise<void> {
  const given = `
    select given.id, given.kind, run.created_at from unnest($2::text[], $3::text[]) as given (id, kind)
      left join run on run.id = given.id and run.kind = given.kind and run.owner_id = $4`;
  await client.query({
    name: `add-bulk-batches-${action}`,
    text: batchesSql(given, '$1', action),
    values: [id, targets.map((target) => target.id), targets.map(({ kind }) => kind), ownerId],
  });
}

/**
 * Stores which runs the filter selects, once: of those that existed when the bulk operation was created. It acts on
 * these, also when they no longer match.
 * @returns their number. @throws LeaseLost
 */
export function matchRuns(store: Store, lease: Lease, bulk: StartedBulk): Promise<number> {
  return transaction(store.database, async (client) => {
    const match = matchSql(bulk);
    if (match) await client.query(match);
    const { rows } = await client.query<{ matched: number }>({
      name: 'count-bulk',
      text: `
        update bulk set matched = (
          select coalesce(sum(cardinality(run_ids)), 0) from bulk_batch where bulk_id = $1)
        from (select id from run where id = $1 and epoch = $2 and status = 'running' for no key update) as held
        where bulk.id = held.id returning matched`,
      values: [lease.runId, lease.epoch],
    });
    if (!rows[0]) throw fenced(lease);
    return rows[0].matched;
  });
}

/** @returns the statement that stores which runs the filter selects; null: no runs are selected */
export function matchSql({ id, ownerId, action, settings, createdAt }: Omit<StartedBulk, 'matched'>) {
  const { filter, kinds } = settings;
  if (!filter) return null;
  const { parameter, values } = collectParameters();
  const createdTo = earlier(filter.createdTo && new Date(filter.createdTo), createdAt);
  const createdFrom = filter.createdFrom && new Date(filter.createdFrom);
  const selection = { ownerId, filter: { ...filter, createdFrom, createdTo }, executionId: null };
  const matching = kinds
    .filter((kind) => KINDS_IN_BULK.includes(kind))
    .map((kind) => `(${matchingSql(selectedSql(kind, selection, parameter))})`);
  if (matching.length === 0) return null;
  const found = `
    select run.id, kind, created_at from (${matching.join(' union all ')}) as matching
      cross join lateral (select id, kind, created_at from run where run.id = matching.id limit 1) as run`;
  const text = batchesSql(found, parameter(id, 'text'), action);
  return { text, values };
}

const earlier = (one: Date | null, other: Date) => (one && one < other ? one : other);
