import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { passwordOf } from '../src/embedded-postgres/secret.ts';
import { startEmbeddedPostgres } from '../src/embedded-postgres/start.ts';
import { keptSecret } from '../src/secrets/kept-secret.ts';

export interface Postgres {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** The embedded one as `npm start` sets it, durability included. */
export async function startPostgres(dataDir: string): Promise<Postgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, log: { info() {}, warn: console.warn } });
  const url = new URL(postgres.url);
  // The owner of a database is not allowed to make others.
  url.username = 'postgres';
  url.password = passwordOf('postgres', await keptSecret(join(dataDir, 'postgres.secret')));
  const [pid] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  return { url: url.href, pid: Number(pid), stop: postgres.stop };
}

export async function query<Row extends pg.QueryResultRow>(
  connectionString: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** The address of another database on the same server. */
export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
