import type { Database } from './database.ts';

export interface DatabaseCondition {
  /** True for a standby, and for a hosted database that its provider has locked because its disk is full. */
  isReadOnly: boolean;
}

/** Writes nothing. @throws when the database does not answer. */
export async function readCondition(database: Database): Promise<DatabaseCondition> {
  const { rows } = await database.aside.query<DatabaseCondition>({
    name: 'read-condition',
    text: `select current_setting('transaction_read_only') = 'on' as "isReadOnly"`,
  });
  return rows[0]!;
}
