import type { Database } from './database.ts';

export interface DatabaseCondition {
  /** A standby, or what a provider makes of a database whose disk is full. */
  isReadOnly: boolean;
}

/** Asks and writes nothing. @throws when the database does not answer. */
export async function readCondition(database: Database): Promise<DatabaseCondition> {
  const { rows } = await database.pool.query<DatabaseCondition>({
    name: 'read-condition',
    text: `select current_setting('transaction_read_only') = 'on' as "isReadOnly"`,
  });
  return rows[0]!;
}
