import type { PoolClient } from 'pg';
import { isRolledBackForOthers } from './connection-loss.ts';
import type { Database } from './database.ts';

const MAX_TRIES = 5;

/**
 * Runs `work` in a transaction; any error rolls it back. If Postgres rolled it back in favour of others, it
 * is repeated, so `work` must do nothing but write to the database.
 */
export function transaction<Result>(
  database: Database,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return repeat(() => tryOnce(database, 'begin', work));
}

/** The same, with one snapshot, which the first statement that needs one takes: a lock does not. */
export function snapshot<Result>(
  database: Database,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return repeat(() => tryOnce(database, 'begin isolation level repeatable read', work));
}

async function repeat<Result>(act: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      if (!isRolledBackForOthers(error) || tries === MAX_TRIES) throw error;
    }
  }
}

async function tryOnce<Result>(
  database: Database,
  begin: string,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await database.pool.connect();
  let broken = false;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
