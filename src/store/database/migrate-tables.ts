import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, MikroORM } from '@mikro-orm/postgresql';
import { PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Log } from '../../log.ts';
import { entities } from '../entities/index.ts';
import { createPool } from './database.ts';

const FOLDER = new URL('../../../migrations', import.meta.url).pathname;

/** Brings a database to the tables of the entities. @param to the last migration to apply, unless it is the newest */
export async function migrateTables(url: string, log: Log, to?: string): Promise<void> {
  const pool = createPool(url, 2, log);
  const { database = 'polyphony' } = new pg.Client({ connectionString: url });
  const orm = await MikroORM.init({ ...ormOptions(new PostgresDialect({ pool })), dbName: database });
  try {
    await orm.migrator.up(to && { to });
  } finally {
    await orm.close(true);
    // The ORM ends the pool that it was given, but only if it has used it.
    if (!pool.ended) await pool.end();
  }
}

/** The configuration of the ORM that needs no connection: entities, migrations, their snapshot. */
export function ormOptions(driverOptions: object) {
  return defineConfig({
    dbName: 'polyphony',
    // The URL names the database; MikroORM would create one with this name.
    ensureDatabase: false,
    entities,
    extensions: [Migrator],
    driverOptions,
    logger: () => {},
    migrations: {
      path: FOLDER,
      pathTs: FOLDER,
      emit: 'ts',
      // A transaction for each: one that changes a database in use consists of several.
      allOrNothing: false,
      snapshot: true,
      // Triggers exist in migrations only. A snapshot taken from a database would contain them, and the next
      // migration would drop them.
      snapshotOnMigrate: false,
      snapshotName: 'schema',
      tableName: 'polyphony_migration',
    },
  });
}
