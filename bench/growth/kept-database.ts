import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Polyphony } from '../../test/harness/process.ts';
import { type Postgres, query, withDatabase } from '../postgres.ts';
import { newAccount } from '../server.ts';
import { AFTER_RUNS, BEFORE_RUNS, RUNS } from './fill.ts';

/** What each account has. */
export interface Sizes {
  big: number;
  small: number;
}

interface Setting {
  postgres: Postgres;
  sizes: Sizes;
  /** Starts a server on a database, and ends it again. */
  withServer<Result>(databaseUrl: string, use: (server: Polyphony) => Promise<Result>): Promise<Result>;
}

const KEPT = 'kept';
const LOOK_MS = 1_000;
/** Runs of a statement. */
const PART = 50_000;

const CONTENTS = createHash('sha256')
  .update(JSON.stringify([BEFORE_RUNS, RUNS, AFTER_RUNS]))
  .digest('hex');

/**
 * A copy of a database that is filled once and kept. Newer migrations are applied to what is kept; it is filled again
 * when the contents are others, or its tables are those of a later version.
 * @returns its address
 */
export async function copyKept({ postgres, sizes, withServer }: Setting, copy: string): Promise<string> {
  const keptUrl = withDatabase(postgres.url, KEPT);
  if (!(await isUsable(postgres.url, keptUrl))) {
    await query(postgres.url, `drop database if exists ${KEPT}`);
    await query(postgres.url, `create database ${KEPT}`);
    const owners = await withServer(keptUrl, async ({ url }) => ({
      big: (await newAccount({ url, databaseUrl: keptUrl }, 'big')).ownerId,
      small: (await newAccount({ url, databaseUrl: keptUrl }, 'small')).ownerId,
    }));
    for (const name of ['big', 'small'] as const) await fill(keptUrl, owners[name], name, sizes[name]);
    await query(postgres.url, `comment on database ${KEPT} is '${CONTENTS}'`);
  }
  await withServer(keptUrl, () => untilAddedUp(keptUrl));
  await query(keptUrl, 'vacuum analyze');
  await query(postgres.url, `drop database if exists ${copy}`);
  await query(postgres.url, `create database ${copy} template ${KEPT} strategy file_copy`);
  const url = withDatabase(postgres.url, copy);
  // The big account has as many runs as an account may have.
  await query(url, 'update account_usage set max_runs = 2 * runs');
  return url;
}

/** Until workers have added up what filling has changed in the counters, as they have in a database that grew slowly. */
async function untilAddedUp(databaseUrl: string): Promise<void> {
  for (;;) {
    const [left] = await query<{ is: boolean }>(
      databaseUrl,
      'select exists (select from counter_change) as is',
    );
    if (!left?.is) return;
    await wait(LOOK_MS);
  }
}

async function isUsable(postgresUrl: string, keptUrl: string): Promise<boolean> {
  const [kept] = await query<{ contents: string }>(
    postgresUrl,
    `select shobj_description(oid, 'pg_database') as contents from pg_database where datname = $1`,
    [KEPT],
  );
  if (kept?.contents !== CONTENTS) return false;
  const applied = await query<{ name: string }>(keptUrl, 'select name from polyphony_migration');
  const known = await readdir(new URL('../../migrations', import.meta.url));
  return applied.every(({ name }) => known.some((file) => file.startsWith(name)));
}

async function fill(databaseUrl: string, ownerId: string, name: string, runs: number): Promise<void> {
  const values = [ownerId, `${name}-`, runs];
  for (const statement of BEFORE_RUNS) await query(databaseUrl, statement, values);
  for (let from = 1; from <= runs; from += PART) {
    for (const statement of RUNS)
      await query(databaseUrl, statement, [...values, from, Math.min(runs, from + PART - 1)]);
    process.stderr.write(`  ${Math.min(runs, from + PART - 1)} runs of ${runs}\n`);
  }
  await query(databaseUrl, AFTER_RUNS, [ownerId]);
}
