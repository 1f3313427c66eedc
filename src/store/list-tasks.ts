import type { RunStatus } from '../vocabulary.ts';
import type { Database } from './database.ts';
import { type ListPosition, type ListRange, ofEachSql, rangeSql, rangeValues } from './list-range.ts';
import { COLUMNS, COSTLY_COLUMNS, select, TASK_COLUMNS, type TaskRow } from './tasks.ts';

/** No page is longer, with the one row more that tells of another. */
const MAX_LISTED = 101;

/** Its `limit` is at most MAX_LISTED. */
export interface TaskListing extends ListRange {
  ownerId: string;
  status: RunStatus | null;
  threadId: string | null;
  /** null: those that are no part of anything. */
  executionId: string | null;
  sessionId: string | null;
  templateName: string | null;
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
function listStatement(listing: TaskListing) {
  const {
    ownerId,
    status,
    threadId,
    executionId,
    sessionId,
    templateName,
    after,
    before,
    limit,
    fromEnd,
    columns,
  } = listing;
  const values: unknown[] = [];
  const parameter = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  const beyond = (sign: string, { createdAtText, id }: ListPosition) =>
    `(run.created_at, run.id) ${sign} (${parameter(createdAtText, 'timestamptz')}, ${parameter(id, 'text')})`;
  const asked = Object.entries(COSTLY_COLUMNS).map(([name, column]) => [
    name,
    `case when ${parameter(columns.has(name), 'boolean')} then ${column} end`,
  ]);
  const conditions: Record<string, string> = {
    owner: `run.owner_id = ${parameter(ownerId, 'text')} and run.kind = 'task'`,
  };
  if (executionId === null) conditions.whole = 'run.parent_id is null';
  else conditions.execution = `run.parent_id = ${parameter(executionId, 'text')}`;
  if (status !== null) conditions.status = `run.status = ${parameter(status, 'text')}`;
  if (threadId !== null) conditions.thread = `task.thread_id = ${parameter(threadId, 'text')}`;
  if (sessionId !== null) conditions.session = `run.session_id = ${parameter(sessionId, 'text')}`;
  if (templateName !== null) conditions.template = `task.template_name = ${parameter(templateName, 'text')}`;
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

/** A page of the tasks of each of many sessions in one query. */
export async function readSessionTasks(
  database: Database,
  sessionIds: readonly string[],
  range: ListRange,
): Promise<TaskRow[]> {
  const sql = rangeSql('run', range.fromEnd);
  const { rows } = await database.pool.query<TaskRow>({
    name: `read-session-tasks-${sql.name}`,
    text: ofEachSql(
      `select ${TASK_COLUMNS} from run join task on task.id = run.id
       where run.session_id = wanted.id and ${sql.condition} ${sql.order}`,
      sql,
    ),
    values: [...rangeValues(range), sessionIds],
  });
  return range.fromEnd ? rows.reverse() : rows;
}
