import type { ClientBase } from 'pg';
import type { RunKind, RunStatus } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { EXECUTION_STATUS } from './run-row.ts';

/** What is read of the runs of one kind. */
interface RunsOfKind {
  kind: RunKind;
  /** SQL, where `run` and the kind's table name its rows. */
  columns: string;
}

/** Those of an owner's runs of one kind that have one of some ids. */
export async function findOwnRuns<Row extends object>(
  { pool }: Database,
  { kind, columns }: RunsOfKind,
  ownerId: string,
  ids: readonly string[],
): Promise<Row[]> {
  const { rows } = await pool.query<Row>({
    name: `find-${kind}s`,
    text: `
      select ${columns} from run join ${kind} on ${kind}.id = run.id
      where run.id = any($1::text[]) and run.owner_id = $2`,
    values: [ids, ownerId],
  });
  return rows;
}

/** Many in one query, of any owner; by id. */
export async function readRuns<Row extends { id: string }>(
  { pool }: Database,
  { kind, columns }: RunsOfKind,
  ids: readonly string[],
): Promise<Map<string, Row>> {
  const { rows } = await pool.query<Row>({
    name: `read-${kind}s`,
    text: `select ${columns} from run join ${kind} on ${kind}.id = run.id where run.id = any($1::text[])`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Those of some runs, which the transaction has locked, that have one of some statuses now. */
export async function withStatus(
  client: ClientBase,
  ids: readonly string[],
  statuses: readonly RunStatus[],
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>({
    name: 'read-runs-with-status',
    text: `
      select run.id from run left join execution on execution.id = run.id
      where run.id = any($1::text[]) and ${EXECUTION_STATUS} = any($2::text[])`,
    values: [ids, statuses],
  });
  return rows.map(({ id }) => id);
}
