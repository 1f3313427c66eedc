import type { Schedule } from '../../rules/workflows/schedule.ts';
import type { WorkflowDefinition, WorkflowStep } from '../../rules/workflows/workflow.ts';
import type { Origin } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { createdAtTextSql, type ListRange, rangeSql, rangeValues } from '../database/keyset-page.ts';
import { transaction } from '../database/transaction.ts';
import { addScheduleJobSql, removeScheduleJobSql } from '../runs/job-queue.ts';

export interface WorkflowRow {
  id: string;
  ownerId: string;
  origin: Origin;
  name: string;
  description: string | null;
  steps: WorkflowStep[];
  timeoutSeconds: number | null;
  version: number;
  isActive: boolean;
  schedule: Schedule | null;
  nextRunAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  /** `createdAt` with all six digits, which a Date cannot represent; the first part of a list cursor. */
  createdAtText: string;
}

export const WORKFLOW_COLUMNS = `
  workflow.id, workflow.owner_id as "ownerId", workflow.origin, workflow.name, workflow.description, workflow.steps,
  workflow.timeout_seconds as "timeoutSeconds", workflow.version, workflow.is_active as "isActive", workflow.schedule,
  workflow.next_run_at as "nextRunAt", workflow.created_at as "createdAt", workflow.updated_at as "updatedAt",
  ${createdAtTextSql('workflow')} as "createdAtText"`;

/** @returns null when there is no such workflow of this owner. */
export async function findWorkflow(
  database: Database,
  ownerId: string,
  id: string,
): Promise<WorkflowRow | null> {
  const { rows } = await database.pool.query<WorkflowRow>({
    name: 'find-workflow',
    text: `select ${WORKFLOW_COLUMNS} from workflow where id = $1 and owner_id = $2`,
    values: [id, ownerId],
  });
  return rows[0] ?? null;
}

/** Many in one query, of any owner; by id. */
export async function readWorkflows(
  database: Database,
  ids: readonly string[],
): Promise<Map<string, WorkflowRow>> {
  const { rows } = await database.pool.query<WorkflowRow>({
    name: 'read-workflows',
    text: `select ${WORKFLOW_COLUMNS} from workflow where id = any($1::text[])`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, row]));
}

export interface WorkflowListing extends ListRange {
  ownerId: string;
  isActive: boolean | null;
  origins: readonly Origin[] | null;
}

/** Workflows newest first, by keyset. */
export async function listWorkflows(database: Database, listing: WorkflowListing): Promise<WorkflowRow[]> {
  const { name, condition, order } = rangeSql('workflow', listing.fromEnd);
  const { rows } = await database.pool.query<WorkflowRow>({
    name: `list-workflows-${name}`,
    text: `
      select ${WORKFLOW_COLUMNS} from workflow
      where owner_id = $7 and ($8::boolean is null or is_active = $8)
        and ($9::text[] is null or origin = any($9)) and ${condition} ${order}`,
    values: [...rangeValues(listing), listing.ownerId, listing.isActive, listing.origins],
  });
  return listing.fromEnd ? rows.reverse() : rows;
}

/** The fields of a workflow that can be changed. */
export interface WorkflowSettings extends WorkflowDefinition {
  name: string;
  description: string | null;
  isActive: boolean;
  schedule: Schedule | null;
  /** The first scheduled time; null: there is none, or it is inactive. */
  nextRunAt: Date | null;
}

/** Includes the job of its schedule. */
export async function insertWorkflow(
  database: Database,
  workflow: WorkflowSettings & { id: string; ownerId: string; origin: Origin },
): Promise<WorkflowRow> {
  const { rows } = await database.pool.query<WorkflowRow>({
    name: 'insert-workflow',
    text: `
      with made as (
        insert into workflow (id, name, description, steps, timeout_seconds, is_active, schedule, next_run_at,
          owner_id, origin)
        values ($1, $2, $3, $4::jsonb, $5, $6, $7::jsonb, $8, $9, $10) returning *
      ), planned as (
        select ${addScheduleJobSql('made.id', 'made.next_run_at', 'made.owner_id')} from made where made.next_run_at is not null
      )
      select ${WORKFLOW_COLUMNS} from made as workflow, (select count(*) from planned) as plan`,
    values: [workflow.id, ...settings(workflow), workflow.ownerId, workflow.origin],
  });
  return rows[0]!;
}

/** Replaces the changeable fields, as a new version. @returns null when it is no longer at `version` */
export async function changeWorkflow(
  database: Database,
  { id, version }: Pick<WorkflowRow, 'id' | 'version'>,
  change: WorkflowSettings,
): Promise<WorkflowRow | null> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<WorkflowRow>(
      `update workflow set name = $2, description = $3, steps = $4::jsonb, timeout_seconds = $5, is_active = $6,
         schedule = $7::jsonb, next_run_at = $8, version = version + 1, updated_at = clock_timestamp()
       where id = $1 and version = $9 returning ${WORKFLOW_COLUMNS}`,
      [id, ...settings(change), version],
    );
    if (rows.length > 0) await client.query(`select ${removeScheduleJobSql('$1::text')}`, [id]);
    if (rows[0]?.nextRunAt) {
      await client.query(`select ${addScheduleJobSql('$1::text', '$2::timestamptz', '$3::text')}`, [
        id,
        change.nextRunAt,
        rows[0].ownerId,
      ]);
    }
    return rows[0] ?? null;
  });
}

function settings(workflow: WorkflowSettings): unknown[] {
  return [
    workflow.name,
    workflow.description,
    JSON.stringify(workflow.steps),
    workflow.timeoutSeconds,
    workflow.isActive,
    workflow.schedule && JSON.stringify(workflow.schedule),
    workflow.nextRunAt,
  ];
}

/**
 * Its executions are kept, and running ones continue. @returns false when there is no such workflow of the
 * owner
 */
export async function deleteWorkflow(database: Database, ownerId: string, id: string): Promise<boolean> {
  const { rowCount } = await database.pool.query(
    `with gone as (delete from workflow where id = $1 and owner_id = $2 returning id)
     select ${removeScheduleJobSql('gone.id')} from gone`,
    [id, ownerId],
  );
  return rowCount === 1;
}
