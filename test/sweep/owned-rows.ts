import type { Pool } from 'pg';

type Row = Record<string, unknown>;

/** They belong to the processes, not to an account; the last counts what was asked, and is written later. */
const OF_PROCESSES = ['worker', 'mikro_orm_migrations', 'legacy_client'];

/** Columns of references; an id in what a caller wrote refers to nothing. */
const isReference = (name: string) => name === 'id' || (name.endsWith('_id') && name !== 'model_id');

/**
 * Every row that belongs to an account, directly or by what it refers to, as text by its table. A row that another
 * account made, but that refers to something of this one's, is among them.
 */
export async function ownedRows(pool: Pool, userId: string): Promise<Record<string, string[]>> {
  const tables = await readTables(pool);
  const owned = new Set([userId]);
  for (let size = 0; size !== owned.size; ) {
    size = owned.size;
    for (const rows of tables.values()) {
      for (const row of rows) if (belongs(row, owned) && typeof row.id === 'string') owned.add(row.id);
    }
  }
  const jobs = await pool.query<Row>('select * from graphile_worker._private_jobs');
  tables.set('jobs', jobs.rows);
  const isJobOf = (row: Row) => [...owned].some((id) => JSON.stringify(row).includes(id));
  return Object.fromEntries(
    [...tables].map(([table, rows]) => [
      table,
      rows
        .filter((row) => (table === 'jobs' ? isJobOf(row) : belongs(row, owned)))
        .map((row) => JSON.stringify(row))
        .sort(),
    ]),
  );
}

async function readTables(pool: Pool): Promise<Map<string, Row[]>> {
  const { rows } = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const names = rows.map(({ name }) => name).filter((name) => !OF_PROCESSES.includes(name));
  const tables = names.map(async (name) => {
    const table = await pool.query<{ row: Row }>(`select to_jsonb(t) as row from public."${name}" t`);
    return [name, table.rows.map(({ row }) => row)] as const;
  });
  return new Map(await Promise.all(tables));
}

function belongs(row: Row, owned: Set<string>): boolean {
  return Object.entries(row).some(([name, value]) => isReference(name) && owned.has(String(value)));
}
