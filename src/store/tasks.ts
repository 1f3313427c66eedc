import type { RunError } from '../errors.ts';
import type { ModelReference } from '../rules/model-id.ts';
import type { PromptParameters, TaskResult } from '../rules/task.ts';
import type { RunStatus, TaskKind } from '../vocabulary.ts';
import type { Database } from './database.ts';
import { createdAtTextSql, type ListRange, ofEachSessionSql, rangeSql, rangeValues } from './list-range.ts';

/** A task with what its run says about it. */
export interface TaskRow {
  id: string;
  ownerId: string;
  status: RunStatus;
  priority: number;
  attempt: number;
  lastSeq: number;
  cancelReason: string | null;
  createdAt: Date;
  updatedAt: Date;
  /** `createdAt` with all six digits, which a Date cannot hold; the first part of a list cursor. */
  createdAtText: string;
  kind: TaskKind;
  prompt: string;
  system: string | null;
  parameters: PromptParameters;
  provider: string;
  model: string;
  fallbackModels: ModelReference[];
  responseSchema: Record<string, unknown> | null;
  threadId: string | null;
  sessionId: string | null;
  progress: number;
  result: TaskResult | null;
  error: RunError | null;
  startedAt: Date | null;
  completedAt: Date | null;
}

const COLUMNS = `
  run.id, run.owner_id as "ownerId", run.status, run.priority, run.attempt, run.last_seq as "lastSeq",
  run.cancel_reason as "cancelReason", run.created_at as "createdAt", run.updated_at as "updatedAt",
  run.session_id as "sessionId", ${createdAtTextSql('run')} as "createdAtText",
  task.kind, task.prompt, task.system, task.parameters, task.provider, task.model, task.progress,
  task.fallback_models as "fallbackModels", task.response_schema as "responseSchema", task.thread_id as "threadId",
  task.result, task.error, task.started_at as "startedAt", task.completed_at as "completedAt"`;

/** @returns null when there is no such task of this owner; not there and not theirs look the same. */
export async function findTask(database: Database, ownerId: string, id: string): Promise<TaskRow | null> {
  const { rows } = await database.pool.query<TaskRow>({
    name: 'find-task',
    text: `select ${COLUMNS} from run join task on task.id = run.id where run.id = $1 and run.owner_id = $2`,
    values: [id, ownerId],
  });
  return rows[0] ?? null;
}

/** Of many tasks in one query: the tasks that each waits for, or waited for, oldest first. */
export async function readDependencies(
  database: Database,
  ids: readonly string[],
): Promise<(TaskRow & { dependentId: string })[]> {
  const { rows } = await database.pool.query<TaskRow & { dependentId: string }>({
    name: 'read-dependencies',
    text: `
      select dependency.run_id as "dependentId", ${COLUMNS}
      from dependency join run on run.id = dependency.on_run_id join task on task.id = run.id
      where dependency.run_id = any($1::text[]) order by run.created_at, run.id`,
    values: [ids],
  });
  return rows;
}

/** Many in one query, whoever owns them; by id. */
export async function readTasks(database: Database, ids: readonly string[]): Promise<Map<string, TaskRow>> {
  const { rows } = await database.pool.query<TaskRow>({
    name: 'read-tasks',
    text: `select ${COLUMNS} from run join task on task.id = run.id where run.id = any($1::text[])`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, row]));
}

export interface TaskListing extends ListRange {
  ownerId: string;
  status: RunStatus | null;
  threadId: string | null;
  sessionId: string | null;
}

/** A page of the tasks of each of many sessions in one query. */
export async function readSessionTasks(
  database: Database,
  sessionIds: readonly string[],
  range: ListRange,
): Promise<TaskRow[]> {
  const sql = rangeSql('run', range.fromEnd);
  const { rows } = await database.pool.query<TaskRow>({
    name: `read-session-tasks-${sql.name}`,
    text: ofEachSessionSql(
      `select ${COLUMNS} from run join task on task.id = run.id
       where run.session_id = wanted.id and ${sql.condition} ${sql.order}`,
      sql,
    ),
    values: [...rangeValues(range), sessionIds],
  });
  return range.fromEnd ? rows.reverse() : rows;
}

/** Tasks newest first, by keyset. Those of a session are a statement of their own: another index has them in order. */
export async function listTasks(database: Database, listing: TaskListing): Promise<TaskRow[]> {
  const { name, condition, order } = rangeSql('run', listing.fromEnd);
  const { sessionId } = listing;
  const { rows } = await database.pool.query<TaskRow>({
    name: `list-tasks-${sessionId ? 'of-session-' : ''}${name}`,
    text: `
      select ${COLUMNS} from run join task on task.id = run.id
      where run.owner_id = $6 and run.kind = 'task' and ($7::text is null or run.status = $7)
        and ($8::text is null or task.thread_id = $8) ${sessionId ? 'and run.session_id = $9' : ''}
        and ${condition} ${order}`,
    values: [
      ...rangeValues(listing),
      listing.ownerId,
      listing.status,
      listing.threadId,
      ...(sessionId ? [sessionId] : []),
    ],
  });
  return listing.fromEnd ? rows.reverse() : rows;
}
