import type { RunError } from '../errors.ts';
import type { ModelReference } from '../rules/model-id.ts';
import type { PromptParameters, TaskResult } from '../rules/task.ts';
import type { RunStatus, TaskKind } from '../vocabulary.ts';
import type { Database } from './database.ts';

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
  progress: number;
  result: TaskResult | null;
  error: RunError | null;
  startedAt: Date | null;
  completedAt: Date | null;
}

const COLUMNS = {
  id: 'run.id',
  ownerId: 'run.owner_id',
  status: 'run.status',
  priority: 'run.priority',
  attempt: 'run.attempt',
  lastSeq: 'run.last_seq',
  cancelReason: 'run.cancel_reason',
  createdAt: 'run.created_at',
  kind: 'task.kind',
  provider: 'task.provider',
  model: 'task.model',
  threadId: 'task.thread_id',
  progress: 'task.progress',
} as const;

/** What is long, or work to read: a list has it only where it is asked for. */
const COSTLY_COLUMNS = {
  updatedAt: 'run.updated_at',
  createdAtText: `to_char(run.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.USZ')`,
  prompt: 'task.prompt',
  system: 'task.system',
  parameters: 'task.parameters',
  fallbackModels: 'task.fallback_models',
  responseSchema: 'task.response_schema',
  result: 'task.result',
  error: 'task.error',
  startedAt: 'task.started_at',
  completedAt: 'task.completed_at',
} as const;

const WHOLE = select({ ...COLUMNS, ...COSTLY_COLUMNS } satisfies Record<keyof TaskRow, string>);

function select(columns: Record<string, string>): string {
  return Object.entries(columns)
    .map(([name, column]) => `${column} as "${name}"`)
    .join(', ');
}

/** @returns null when there is no such task of this owner; not there and not theirs look the same. */
export async function findTask(database: Database, ownerId: string, id: string): Promise<TaskRow | null> {
  const { rows } = await database.pool.query<TaskRow>({
    name: 'find-task',
    text: `select ${WHOLE} from run join task on task.id = run.id where run.id = $1 and run.owner_id = $2`,
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
      select dependency.run_id as "dependentId", ${WHOLE}
      from dependency join run on run.id = dependency.on_run_id join task on task.id = run.id
      where dependency.run_id = any($1::text[]) order by run.created_at, run.id`,
    values: [ids],
  });
  return rows;
}

/** A place in a list: everything is ordered by time of creation, then by id, newest first. */
export interface TaskPosition {
  createdAtText: string;
  id: string;
}

/** No page is longer, with the one row more that tells of another. */
const MAX_LISTED = 101;

export interface TaskListing {
  ownerId: string;
  status: RunStatus | null;
  threadId: string | null;
  after: TaskPosition | null;
  before: TaskPosition | null;
  /** Up to MAX_LISTED. */
  limit: number;
  /** true: the last `limit` of the range instead of the first. */
  fromEnd: boolean;
  /** Which columns are needed; of the costly ones, the others are null. */
  columns: ReadonlySet<string>;
}

/** Tasks newest first, between two places, by keyset: nothing is skipped or repeated while others are made. */
export async function listTasks(database: Database, listing: TaskListing): Promise<TaskRow[]> {
  const { rows } = await database.pool.query<TaskRow>(listStatement(listing));
  return listing.fromEnd ? rows.reverse() : rows;
}

/**
 * A statement for each set of conditions, so that the plan that Postgres keeps of it uses the index for all of
 * them. It keeps none that it expects to cost more than planning anew: hence the limit that it knows.
 */
function listStatement({ ownerId, status, threadId, after, before, limit, fromEnd, columns }: TaskListing) {
  const values: unknown[] = [];
  const parameter = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const beyond = (sign: string, { createdAtText, id }: TaskPosition) =>
    `(run.created_at, run.id) ${sign} (${parameter(createdAtText, 'timestamptz')}, ${parameter(id, 'text')})`;
  const asked = Object.entries(COSTLY_COLUMNS).map(([name, column]) => [
    name,
    `case when ${parameter(columns.has(name), 'boolean')} then ${column} end`,
  ]);
  const conditions: Record<string, string> = {
    owner: `run.owner_id = ${parameter(ownerId, 'text')} and run.kind = 'task'`,
  };
  if (status !== null) conditions.status = `run.status = ${parameter(status, 'text')}`;
  if (threadId !== null) conditions.thread = `task.thread_id = ${parameter(threadId, 'text')}`;
  if (after !== null) conditions.after = beyond('<', after);
  if (before !== null) conditions.before = beyond('>', before);
  const direction = fromEnd ? 'asc' : 'desc';
  const text = `
    select * from (
      select ${select({ ...COLUMNS, ...Object.fromEntries(asked) })} from run join task on task.id = run.id
      where ${Object.values(conditions).join(' and ')}
      order by run.created_at ${direction}, run.id ${direction} limit ${MAX_LISTED}
    ) as listed order by "createdAt" ${direction}, id ${direction} limit ${parameter(limit, 'integer')}`;
  return { name: `list-tasks-${Object.keys(conditions).join('-')}-${direction}`, text, values };
}
