import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { coerceError } from '../errors.ts';
import type { Log } from '../log.ts';
import { seedAgents } from '../store/agents/built-in-agents.ts';
import { createPool, openDatabase } from '../store/database/database.ts';
import { migrateTables } from '../store/database/migrate-tables.ts';
import { makeMonths } from '../store/log/months.ts';
import { seedCatalog } from '../store/models/built-in-models.ts';
import { seedTemplates } from '../store/templates/templates.ts';

/** The same number for all processes; the migrator itself takes no lock, and two at once fail. */
const MIGRATION_LOCK = 7_305_001;

/** Migrates the database, one process at a time; the others wait and find nothing to do. */
export async function migrate(directUrl: string, log: Log): Promise<void> {
  const lock = new pg.Client({ connectionString: directUrl });
  // Stopping during start-up closes it as well; if the database is lost, the migration fails with its own
  // error.
  lock.on('error', (error) => log.debug({ error: error.message }, 'migration lock connection lost'));
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await applyAll(directUrl, log);
  } finally {
    await lock.end();
  }
}

async function applyAll(directUrl: string, log: Log): Promise<void> {
  await migrateTables(directUrl, log);
  await migrateJobs(directUrl, log);
  const database = openDatabase({ url: directUrl, poolMax: 2, log });
  try {
    await seedCatalog(database);
    await seedAgents(database);
    await seedTemplates(database);
    await makeMonths(database).catch((error: unknown) => {
      log.warn(
        { error: coerceError(error).message },
        'could not make partitions; a worker tries again in an hour',
      );
    });
  } finally {
    await database.close();
  }
}

async function migrateJobs(directUrl: string, log: Log): Promise<void> {
  const pool = createPool(directUrl, 1, log);
  try {
    await runMigrations({ pgPool: pool });
  } finally {
    await pool.end();
  }
}
