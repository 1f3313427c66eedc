import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { passwordOf } from '../../../src/embedded-postgres/secret.ts';
import { startEmbeddedPostgres } from '../../../src/embedded-postgres/start.ts';
import { createLog } from '../../../src/log.ts';
import { keptSecret } from '../../../src/secrets/kept-secret.ts';
import { migrate } from '../../../src/start/migrate-database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A database server on which tests may make databases; its path names the migrated template. */
    postgresUrl: string;
  }
}

/** One Postgres for a project of the suite, and in it a migrated database that every test file gets a copy of. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = process.env.TEST_DATABASE_URL
    ? { url: process.env.TEST_DATABASE_URL, stop: async () => {} }
    : await startOwn();
  const template = `polyphony_${project.name}`;
  await admin(
    server.url,
    `drop database if exists ${template}`,
    `drop database if exists ${template}_filled`,
    `create database ${template} template template0`,
  );
  const url = withDatabase(server.url, template);
  await migrate(url, createLog('error'));
  project.provide('postgresUrl', url);
  return () => server.stop();
}

/** No test takes the power from the machine: each commit, and each database that is made, is 5 to 10 times faster. */
const CARELESS = [
  'alter system set fsync = off',
  'alter system set full_page_writes = off',
  'select pg_reload_conf()',
];

async function startOwn(): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'polyphony-test-'));
  const postgres = await startEmbeddedPostgres({ dataDir, log: { info() {}, warn: console.warn } });
  const address = new URL(postgres.url);
  address.username = 'postgres';
  address.password = passwordOf('postgres', await keptSecret(join(dataDir, 'postgres.secret')));
  const url = withDatabase(address.href, 'template1');
  await admin(url, ...CARELESS);
  return {
    url,
    async stop() {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export function withDatabase(url: string, name: string): string {
  return url.replace(/\/[^/?]*(\?.*)?$/, `/${name}$1`);
}

export function admin(url: string, ...statements: string[]): Promise<void> {
  return connected(url, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

/** Work that one of the suite's processes does at a time. */
export function exclusively(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  return connected(url, async (client) => {
    // Of the session, so that it is released with the connection.
    await client.query(`select pg_advisory_lock(hashtext('exclusively'))`);
    await work(client);
  });
}

async function connected(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: withDatabase(url, 'template1') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
