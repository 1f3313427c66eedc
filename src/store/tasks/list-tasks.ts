import type { Origin, RunStatus, TaskKind, TaskLabel } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { type ListPosition, type ListRange, ofEachSql, pageStatement } from '../database/sql-page.ts';
import { type AddParameter, collectParameters } from '../database/statement.ts';
import { select } from '../runs/run-row.ts';
import { COLUMNS, COSTLY_COLUMNS, TASK_COLUMNS, type TaskRow } from './tasks.ts';

/** The longest page, plus one row to detect another page. */
const MAX_LISTED = 101;

/** Its `limit` is at most MAX_LISTED. */
export interface TaskListing extends ListRange {
  ownerId: string;
  status: RunStatus | null;
  statuses: readonly RunStatus[] | null;
  kinds: readonly TaskKind[] | null;
  types: readonly string[] | null;
  origins: readonly Origin[] | null;
  /** Descriptive fields that must be set. */
  having: readonly TaskLabel[];
  threadId: string | null;
  /** null: tasks that are not part of an execution. */
  executionId: string | null;
  sessionId: string | null;
  templateName: string | null;
  /** The required columns; costly columns that are not required are null. */
  columns: ReadonlySet<string>;
}

/**
 * Tasks newest first, between two positions, by keyset: nothing is skipped or repeated while others are
 * created.
 */
export async function listTasks(database: Database, listing: TaskListing): Promise<TaskRow[]> {
  const { rows } = await database.pool.query<TaskRow>(listStatement(listing));
  return listing.fromEnd ? rows.reverse() : rows;
}

/** What a filter compares, and with how many values. */
const ONE = {
  status: 'run.status',
  threadId: 'task.thread_id',
  sessionId: 'run.session_id',
  templateName: 'task.template_name',
} as const;
const SEVERAL = {
  statuses: 'run.status',
  kinds: 'task.kind',
  types: 'task.type',
  origins: 'run.origin',
} as const;

/**
 * Names of statements stay on every connection, so only small sets of conditions, which are few, are named.
 */
const MAX_NAMED = 5;

/**
 * A statement for each set of conditions, so that the plan cached by Postgres uses the index for all of them.
 * It caches none that it expects to cost more than planning again: hence the limit, which the planner can
 * see.
 */
function listStatement(listing: TaskListing) {
  const { limit, offset, fromEnd, columns } = listing;
  const { parameter, values } = collectParameters();
  const asked = Object.entries(COSTLY_COLUMNS).map(([name, column]) => [
    name,
    `case when ${parameter(columns.has(name), 'boolean')} then ${column} end`,
  ]);
  const conditions = conditionsOf(listing, parameter);
  const direction = fromEnd ? 'asc' : 'desc';
  const names = Object.keys(conditions);
  // A plan for any offset would be made for a large one.
  const isKept = names.length <= MAX_NAMED && offset === 0;
  const text = `
    select * from (
      select ${select({ ...COLUMNS, ...Object.fromEntries(asked) })} from run join task on task.id = run.id
      where ${Object.values(conditions).join(' and ')}
      order by run.created_at ${direction}, run.id ${direction} limit ${MAX_LISTED}
      ${offset > 0 ? `offset ${parameter(offset, 'integer')}` : ''}
    ) as listed order by "createdAt" ${direction}, id ${direction} limit ${parameter(limit, 'integer')}`;
  return { ...(isKept && { name: `list-tasks-${names.join('-')}-${direction}` }), text, values };
}

function conditionsOf(listing: TaskListing, parameter: AddParameter): Record<string, string> {
  const { ownerId, executionId, having, after, before } = listing;
  const beyond = (sign: string, { createdAtText, id }: ListPosition) =>
    `(run.created_at, run.id) ${sign} (${parameter(createdAtText, 'timestamptz')}, ${parameter(id, 'text')})`;
  const conditions: Record<string, string> = {
    owner: `run.owner_id = ${parameter(ownerId, 'text')} and run.kind = 'task'`,
  };
  if (executionId === null) conditions.whole = 'run.parent_id is null';
  else conditions.execution = `run.parent_id = ${parameter(executionId, 'text')}`;
  for (const [name, column] of entriesOf(ONE)) {
    if (listing[name] !== null) conditions[name] = `${column} = ${parameter(listing[name], 'text')}`;
  }
  for (const [name, column] of entriesOf(SEVERAL)) {
    if (listing[name] !== null) conditions[name] = `${column} = any(${parameter(listing[name], 'text[]')})`;
  }
  for (const label of having) conditions[`having ${label}`] = `task.${label} is not null`;
  if (after !== null) conditions.after = beyond('<', after);
  if (before !== null) conditions.before = beyond('>', before);
  return conditions;
}

function entriesOf<Table extends object>(table: Table): [keyof Table, Table[keyof Table]][] {
  return Object.entries(table) as [keyof Table, Table[keyof Table]][];
}

const sessionTasks = pageStatement(
  'read-session-tasks',
  'run',
  { sessionIds: 'text[]' },
  ({ sessionIds }, page) =>
    ofEachSql(
      `select ${TASK_COLUMNS} from run join task on task.id = run.id
       where run.session_id = wanted.id and ${page.condition} ${page.order}`,
      page,
      sessionIds,
    ),
);

/** A page of tasks for each of many sessions in one query. */
export async function readSessionTasks(
  database: Database,
  sessionIds: readonly string[],
  range: ListRange,
): Promise<TaskRow[]> {
  const { rows } = await database.pool.query<TaskRow>(sessionTasks(range, { sessionIds }));
  return range.fromEnd ? rows.reverse() : rows;
}
