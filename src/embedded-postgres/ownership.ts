import pg from 'pg';
import { coerceError, hasCode } from '../errors.ts';
import type { Layout } from './layout.ts';
import { passwordOf, type Role } from './secret.ts';

/**
 * The holder of this advisory lock owns the data folder. The server frees it when the connection of a killed
 * owner breaks, so no stale lock can remain. Any number works as long as it stays the same between versions.
 */
const OWNER_LOCK = [1_886_350_457, 1] as const;
const OWNER_NAME = 'polyphony owner ';

export type Claim =
  | { kind: 'owner'; client: pg.Client }
  | { kind: 'taken'; by: string }
  | { kind: 'later'; reason: string };

export interface Address {
  layout: Layout;
  port: number;
  secret: string;
}

function clientFor({ layout, port, secret }: Address, role: Role, database: string): pg.Client {
  const client = new pg.Client({
    host: layout.socketDir ?? '127.0.0.1',
    port,
    user: role,
    password: passwordOf(role, secret),
    database,
    ssl: false,
    application_name: `${OWNER_NAME}${process.pid}`,
    connectionTimeoutMillis: 5000,
  });
  // Without a handler a broken connection would end the process.
  client.on('error', () => {});
  return client;
}

/** The URL as every PostgreSQL client reads it; a socket folder is percent-encoded as the host. */
export function urlOf({ layout, port, secret }: Address): string {
  const host = layout.socketDir ? encodeURIComponent(layout.socketDir) : '127.0.0.1';
  return `postgres://polyphony:${passwordOf('polyphony', secret)}@${host}:${port}/polyphony`;
}

/** One implicit transaction: a kill leaves everything or nothing. Renaming avoids copying a template. */
function setupStatements(secret: string): string {
  return `create role polyphony login password '${passwordOf('polyphony', secret)}';
    alter database postgres rename to polyphony;
    alter database polyphony owner to polyphony`;
}

async function setUp(address: Address): Promise<void> {
  const client = clientFor(address, 'postgres', 'template1');
  try {
    await client.connect();
    await client.query(setupStatements(address.secret));
  } finally {
    await client.end().catch(() => {});
  }
}

async function tryLock(client: pg.Client): Promise<Claim> {
  const { rows } = await client.query<{ mine: boolean; holder: string | null }>(
    `select pg_try_advisory_lock($1, $2) as mine,
       (select application_name from pg_locks join pg_stat_activity using (pid)
         where locktype = 'advisory' and (classid, objid, objsubid) = ($1::int4::oid, $2::int4::oid, 2) and granted
         limit 1) as holder`,
    [...OWNER_LOCK],
  );
  const by = rows[0]?.holder?.replace(OWNER_NAME, '') ?? 'unknown';
  return rows[0]?.mine ? { kind: 'owner', client } : { kind: 'taken', by };
}

async function connectAndLock(address: Address): Promise<Claim> {
  const client = clientFor(address, 'polyphony', 'polyphony');
  let claim: Claim | undefined;
  try {
    await client.connect();
    claim = await tryLock(client);
    return claim;
  } finally {
    if (claim?.kind !== 'owner') await client.end().catch(() => {});
  }
}

/** 28P01 is also the answer for a role that does not exist yet; 3D000 for a database. */
function needsSetUp(error: unknown): boolean {
  return hasCode(error, '28P01', '3D000');
}

function wrongSecret({ layout }: Address, cause: unknown): Error {
  const message = `${layout.secretFile} does not fit the database in ${layout.cluster}: restore the right file`;
  return new Error(message, { cause });
}

/** Throws only errors that waiting cannot resolve. */
export async function claimOwnership(address: Address): Promise<Claim> {
  try {
    return await connectAndLock(address);
  } catch (error) {
    if (!needsSetUp(error)) return { kind: 'later', reason: coerceError(error).message };
  }
  try {
    await setUp(address);
    return await connectAndLock(address);
  } catch (error) {
    if (hasCode(error, '28P01')) throw wrongSecret(address, error);
    return { kind: 'later', reason: coerceError(error).message };
  }
}
