import type { RunKind } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';

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
