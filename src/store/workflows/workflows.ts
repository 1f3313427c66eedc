import type { ClientBase } from 'pg';
import type { Origin } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtText, keysetList, type ListedRow } from '../database/kysely-page.ts';
import type { RowList } from '../database/sql-page.ts';
import { anyOf, CURRENT_TIME, json, optionalFilters, tables } from '../database/tables.ts';
import { transaction } from '../database/transaction.ts';
import { addScheduleJobSql, removeScheduleJobSql } from '../runs/job-queue.ts';

export type WorkflowRow = ListedRow<'workflow'>;

/** The fields of a workflow that can be changed. */
export type WorkflowSettings = Pick<
  WorkflowRow,
  'name' | 'description' | 'steps' | 'timeoutSeconds' | 'isActive' | 'schedule' | 'nextRunAt'
>;

function allWorkflows({ pool }: Database) {
  return tables(pool).selectFrom('workflow').selectAll().select(createdAtText('workflow'));
}

/** Those of an owner's workflows that have one of some ids. */
export function findWorkflows(
  database: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<WorkflowRow[]> {
  return allWorkflows(database).where('id', '=', anyOf(ids)).where('ownerId', '=', ownerId).execute();
}

/** Many in one query, of any owner; by id. */
export async function readWorkflows(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, WorkflowRow>> {
  const rows = await allWorkflows(database).where('id', '=', anyOf(ids)).execute();
  return new Map(rows.map((row) => [row.id, row]));
}

export interface WorkflowListing {
  ownerId: string;
  isActive: boolean | null;
  origins: readonly Origin[] | null;
}

/** Workflows newest first, by keyset. */
export function listWorkflows(
  database: Database,
  { ownerId, isActive, origins }: WorkflowListing,
): RowList<WorkflowRow> {
  const workflows = allWorkflows(database)
    .where('ownerId', '=', ownerId)
    .where(optionalFilters('workflow', { isActive, origin: origins }));
  return keysetList(database.pool, workflows, 'workflow');
}

/** Includes the job of its schedule. */
export function insertWorkflow(
  database: Database,
  workflow: WorkflowSettings & Pick<WorkflowRow, 'id' | 'ownerId' | 'origin'>,
): Promise<WorkflowRow> {
  return transaction(database, async (client) => {
    const inserted = await tables(client)
      .insertInto('workflow')
      .values({ ...workflow, ...columnsOf(workflow) })
      .returningAll()
      .returning(createdAtText('workflow'))
      .executeTakeFirstOrThrow();
    await addScheduleJob(client, workflow);
    return inserted;
  });
}

/** Replaces the changeable fields, as a new version. @returns null when it is no longer at `version` */
export function changeWorkflow(
  database: Database,
  { id, version }: Pick<WorkflowRow, 'id' | 'version'>,
  change: WorkflowSettings,
): Promise<WorkflowRow | null> {
  return transaction(database, async (client) => {
    const changed = await tables(client)
      .updateTable('workflow')
      .set({ ...change, ...columnsOf(change), version: version + 1, updatedAt: CURRENT_TIME })
      .where('id', '=', id)
      .where('version', '=', version)
      .returningAll()
      .returning(createdAtText('workflow'))
      .executeTakeFirst();
    if (!changed) return null;
    await removeScheduleJob(client, id);
    await addScheduleJob(client, { ...change, id, ownerId: changed.ownerId });
    return changed;
  });
}

function columnsOf({ steps, schedule }: WorkflowSettings) {
  return { steps: json(steps), schedule: schedule && json(schedule) };
}

/** For its next scheduled time, if there is one. */
export async function addScheduleJob(
  client: ClientBase,
  { id, nextRunAt, ownerId }: Pick<WorkflowRow, 'id' | 'nextRunAt' | 'ownerId'>,
): Promise<void> {
  if (!nextRunAt) return;
  const job = addScheduleJobSql('$1::text', '$2::timestamptz', '$3::text');
  await client.query(`select ${job}`, [id, nextRunAt, ownerId]);
}

async function removeScheduleJob(client: ClientBase, id: string): Promise<void> {
  await client.query(`select ${removeScheduleJobSql('$1::text')}`, [id]);
}

/**
 * Its executions are kept, and running ones continue. @returns false when there is no such workflow of the
 * owner
 */
export function deleteWorkflow(database: Database, ownerId: string, id: string): Promise<boolean> {
  return transaction(database, async (client) => {
    const { numDeletedRows } = await tables(client)
      .deleteFrom('workflow')
      .where('id', '=', id)
      .where('ownerId', '=', ownerId)
      .executeTakeFirstOrThrow();
    if (numDeletedRows === 0n) return false;
    await removeScheduleJob(client, id);
    return true;
  });
}
