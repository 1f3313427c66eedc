import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { createLog } from '../../src/log.ts';
import { type Database, openDatabase } from '../../src/store/database/database.ts';
import { migrateTables } from '../../src/store/database/migrate-tables.ts';
import { admin, withDatabase } from './suite/postgres.ts';

/** A database of an earlier version. */
export interface EarlierDatabase extends Database {
  url: string;
  /** To the present version. */
  migrate(): Promise<void>;
  stop(): Promise<void>;
}

/** @param before name of the last migration before it is filled */
export async function openEarlier(before: string, statements: readonly string[]): Promise<EarlierDatabase> {
  const server = inject('postgresUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin(server, `create database ${name} template template0`);
  const url = withDatabase(server, name);
  const log = createLog('error');
  const database = openDatabase({ url, poolMax: 8, log });
  const stop = async () => {
    await database.close();
    await admin(server, `drop database if exists ${name} with (force)`);
  };
  try {
    await migrateTables(url, log, before);
    for (const statement of statements) await database.pool.query(statement);
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...database, url, migrate: () => migrateTables(url, log), stop };
}

/**
 * A database that was migrated to an earlier version, filled, and then migrated to the present one.
 * @param before name of the last migration before it is filled
 */
export async function migrateFilled(before: string, statements: readonly string[]): Promise<EarlierDatabase> {
  const database = await openEarlier(before, statements);
  await database.migrate().catch(async (error: unknown) => {
    await database.stop();
    throw error;
  });
  return database;
}
