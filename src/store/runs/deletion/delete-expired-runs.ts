import type { ClientBase } from 'pg';
import { TURN_KINDS } from '../../../rules/runs/kinds.ts';
import { RUN_ENDINGS, RUN_KINDS } from '../../../vocabulary.ts';
import type { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { Queryable } from '../../database/tables.ts';
import { transaction } from '../../database/transaction.ts';
import type { Store } from '../../store.ts';
import type { DeletedBatch } from './delete-expired.ts';
import { deleteWholeRunsWithin, publishDeleted, type WorkingFolder } from './delete-runs.ts';
import { expiredBefore } from './expired.ts';
import { nextExpiredSql } from './find-expired.ts';

const RUNS_AT_ONCE = 20;

/** Runs that were held back, by a thread or by runs that depend on them, are looked at again after this time. */
const AGAIN_AFTER = `interval '1 day'`;

/** SQL: a run, by the given name, that has not expired. */
const keptSql = (run: string, days: string) =>
  `(${run}.ended_at is null or ${run}.ended_at >= ${expiredBefore(days, 'own')})`;

/** SQL of the threads of some runs. */
const threadsSql = (ids: string) =>
  TURN_KINDS.map(
    (kind) => `select thread_id from ${kind} where id = any(${ids}) and thread_id is not null`,
  ).join(' union ');

/**
 * Of expired runs, those that nothing needs any more: they have no part, no dependent and, in their thread, no other turn
 * that has not expired. The threads are looked at once each.
 */
const unneeded = statement(
  'unneeded-expired-runs',
  { ids: 'text[]', ownerId: 'text', days: 'integer' },
  ($) => `
    with own as materialized (
      select days from (select) as one left join retention on owner_id = ${$.ownerId} and subject = 'runs'
    ), used as materialized (
      select thread_id from (${threadsSql($.ids)}) as thread cross join own where ${TURN_KINDS.map(
        (kind) => `exists (
          select from ${kind} as turn join run on run.id = turn.id
          where turn.thread_id = thread.thread_id and ${keptSql('run', $.days)})`,
      ).join(' or ')}
    )
    select run.id from run cross join own
    where run.id = any(${$.ids}) and not ${keptSql('run', $.days)}
      and not exists (select from run as part where part.parent_id = run.id and ${keptSql('part', $.days)})
      and not exists (
        select from dependency join run as dependent on dependent.id = dependency.run_id
        where dependency.on_run_id = run.id and ${keptSql('dependent', $.days)})
      and not exists (select from used where thread_id in (${TURN_KINDS.map(
        (kind) => `select thread_id from ${kind} where ${kind}.id = run.id`,
      ).join(' union all ')}))`,
);

const next = statement(
  'next-expired-runs',
  { ownerId: 'text', days: 'integer' },
  ($) => `
    with own as materialized (
      select * from retention where owner_id = ${$.ownerId} and subject = 'runs' for update skip locked
    )
    select id, ended::text from (
      ${nextExpiredSql({ days: $.days, ownerId: $.ownerId, own: 'own', limit: RUNS_AT_ONCE })}
    ) as next order by next.ended, id`,
);

export interface DeletedRunBatch extends DeletedBatch {
  folders: readonly WorkingFolder[];
}

/**
 * Deletes some expired runs of an account, those that ended first, as `deleteRun` does. Those that are still needed are
 * left until a later day.
 */
export async function deleteExpiredRuns(
  store: Store,
  account: { ownerId: string; days: number | null },
): Promise<DeletedRunBatch> {
  const { ownerId } = account;
  const { runs, ...deletion } = await transaction(store.database, async (client) => {
    const found = await readNextExpired(client, account);
    const last = found.at(-1);
    if (last) await moveTo(client, ownerId, last);
    const ids = found.map(({ id }) => id);
    const select = (locked: readonly string[]) => readUnneeded(client, account, locked);
    const wanted = { ids: await select(ids), kinds: RUN_KINDS, statuses: RUN_ENDINGS, select };
    return { runs: ids.length, ...(await deleteWholeRunsWithin(client, ownerId, wanted)) };
  });
  publishDeleted(store, ownerId, deletion);
  return { runs, rows: deletion.deleted.length, folders: deletion.folders };
}

/** Under the lock of the account's row; none when another worker has it. */
export async function readNextExpired(
  client: Queryable,
  account: { ownerId: string; days: number | null },
): Promise<{ id: string; ended: string }[]> {
  const { rows } = await client.query<{ id: string; ended: string }>(next(account));
  return rows;
}

export async function readUnneeded(
  client: Queryable,
  account: { ownerId: string; days: number | null },
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await client.query<{ id: string }>(unneeded({ ids, ...account }));
  return rows.map(({ id }) => id);
}

async function moveTo(
  client: ClientBase,
  ownerId: string,
  { id, ended }: { id: string; ended: string },
): Promise<void> {
  await client.query({
    name: 'move-retention-of-runs',
    text: `update retention set ended_at = $2::timestamptz, run_id = $3 where owner_id = $1 and subject = 'runs'`,
    values: [ownerId, ended, id],
  });
}

/** Runs that were held back are looked at again: what needed them may have expired or may be deleted by now. */
export async function lookAgain({ pool }: Database): Promise<void> {
  await pool.query({
    name: 'look-at-expired-runs-again',
    text: `
      update retention set ended_at = null, run_id = null, begun_at = now()
      where subject = 'runs' and ended_at is not null and coalesce(begun_at, '-infinity') < now() - ${AGAIN_AFTER}`,
  });
}
