import type { RunStatus } from '../vocabulary.ts';
import type { Database } from './database.ts';
import { COLUMNS, COSTLY_COLUMNS, select, type TaskRow } from './tasks.ts';

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
  /** null: those that are no part of anything. */
  executionId: string | null;
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
function listStatement({
  ownerId,
  status,
  threadId,
  executionId,
  after,
  before,
  limit,
  fromEnd,
  columns,
}: TaskListing) {
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
  if (executionId === null) conditions.whole = 'run.parent_id is null';
  else conditions.execution = `run.parent_id = ${parameter(executionId, 'text')}`;
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
