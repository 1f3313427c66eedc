import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Log } from '../../log.ts';
import { entities } from '../entities/index.ts';

export interface Database {
  /** For hand-written statements on hot paths; the entity managers draw on it too. */
  pool: pg.Pool;
  /** One connection for what probes ask, which must not wait behind the statements of requests. */
  aside: pg.Pool;
  orm: MikroORM;
  /** A fresh entity manager: one unit of work each. */
  entityManager(): EntityManager;
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
    entityManager: () => orm.em.fork(),
    async close() {
      await aside.end();
      await orm.close(true);
      // The ORM ends the pool that it was given, but only when it has used it.
      if (!pool.ended) await pool.end();
    },
  };
}

/** Everything of the ORM that does not need a connection: entities, migrations, their snapshot. */
export function ormOptions(driverOptions: object) {
  return defineConfig({
    dbName: 'polyphony',
    // Which database it is, the URL says; MikroORM would look for this name and make it.
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
      // Triggers exist in migrations alone. A snapshot taken from a database would contain them, and the next migration
      // would drop them.
      snapshotOnMigrate: false,
      snapshotName: 'schema',
      tableName: 'polyphony_migration',
    },
  });
}

/**
 * Who opens a connection waits 10 ms for it, and its statements are planned anew: some are kept for good, what was
 * needed just now for a minute. What is on the way to Postgres must not forget those that nobody uses.
 */
const KEPT = { min: 5, idleTimeoutMillis: 60_000, keepAlive: true, keepAliveInitialDelayMillis: 30_000 };

/**
 * A dropped connection is an event of the pool or of the client; without a listener it would end the process.
 * @param options what Postgres is told of each session as it begins, as in `-c name=value`
 */
export function createPool(url: string, max: number, log: Log, options?: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max, ...KEPT, ...(options && { options }) });
  pool.on('error', (error) => log.warn({ error: error.message }, 'idle database connection lost'));
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn({ error: error.message }, 'database connection lost'));
  });
  return pool;
}
