import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, MikroORM } from '@mikro-orm/postgresql';
import { PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Log } from '../../log.ts';
import { entities } from '../entities/index.ts';

export interface Database {
  /** For hand-written statements, and for those of `tables`. */
  pool: pg.Pool;
  /** One connection for probes, which must not wait behind the statements of requests. */
  aside: pg.Pool;
  orm: MikroORM;
  close(): Promise<void>;
}

export const migrationsFolder = new URL('../../../migrations', import.meta.url).pathname;

export async function openDatabase(options: { url: string; poolMax: number; log: Log }): Promise<Database> {
  const pool = createPool(options.url, options.poolMax, options.log);
  const aside = createPool(options.url, 1, options.log);
  const { database = 'polyphony' } = new pg.Client({ connectionString: options.url });
  const orm = await MikroORM.init({ ...ormOptions(new PostgresDialect({ pool })), dbName: database });
  return {
    pool,
    aside,
    orm,
    async close() {
      await aside.end();
      await orm.close(true);
      // The ORM ends the pool that it was given, but only if it has used it.
      if (!pool.ended) await pool.end();
    },
  };
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
      path: migrationsFolder,
      pathTs: migrationsFolder,
      emit: 'ts',
      snapshot: true,
      // Triggers exist in migrations only. A snapshot taken from a database would contain them, and the next
      // migration would drop them.
      snapshotOnMigrate: false,
      snapshotName: 'schema',
      tableName: 'polyphony_migration',
    },
  });
}

/**
 * Opening a connection takes 10 ms, and its statements are planned again: some are kept permanently, others
 * for a minute after use. Keep-alive prevents middleboxes from dropping idle ones.
 */
const KEPT = { min: 5, idleTimeoutMillis: 60_000, keepAlive: true, keepAliveInitialDelayMillis: 30_000 };

/**
 * A dropped connection is an event of the pool or of the client; without a listener it would end the process.
 * @param options settings for Postgres at the start of each session, such as `-c name=value`
 */
export function createPool(url: string, max: number, log: Log, options?: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max, ...KEPT, ...(options && { options }) });
  pool.on('error', (error) => log.warn({ error: error.message }, 'idle database connection lost'));
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn({ error: error.message }, 'database connection lost'));
  });
  return pool;
}
