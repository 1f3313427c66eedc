import type { ClientBase } from 'pg';

const IMPORT_LOCK = 7_305_004;

/** Held until the end of the transaction: concurrent imports would find the same rows missing. */
export async function lockImports(client: ClientBase): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [IMPORT_LOCK]);
}
