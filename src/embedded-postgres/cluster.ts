import { chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../errors.ts';
import { type Launcher, run } from './launch.ts';
import type { Layout } from './layout.ts';
import { chownTree, NOBODY, type OsUser } from './os-user.ts';
import { passwordOf } from './secret.ts';

const DRAFT_PREFIX = 'postgres.new-';

/** ICU and libc collations change between machines and break indexes; the builtin one never does. */
const INITDB_SETTINGS = [
  ...['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--no-instructions'],
  ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  // One syncfs instead of a thousand fsyncs: 0.25 s less.
  ...(process.platform === 'linux' ? ['--sync-method=syncfs'] : []),
];

async function majorIn({ cluster }: Layout): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(join(cluster, 'PG_VERSION'), 'utf8'), 10);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function refuseOtherMajor({ cluster }: Layout, found: number, major: number): void {
  if (found === major) return;
  throw new Error(
    `${cluster} was written by PostgreSQL ${found}, but this Polyphony contains PostgreSQL ${major}: dump it with ` +
      `version ${found} (pg_dump) and load it into a new DATA_DIR, or set DATABASE_URL to a server that runs on it`,
  );
}

/** initdb depends on its C library: on musl (Alpine) the kernel reports "not found" for an existing file. */
function initdbFailure(output: string): Error {
  const hint = output.includes('ENOENT') ? ' (the binaries need glibc; on Alpine set DATABASE_URL)' : '';
  return new Error(`initdb failed${hint}: ${output.trim()}`);
}

async function fillDraft(layout: Layout, draft: string, launcher: Launcher, secret: string): Promise<string> {
  const initdbUser: OsUser | undefined = launcher.user && NOBODY;
  const [data, passwordFile] = [join(draft, 'data'), join(draft, 'password')];
  await writeFile(passwordFile, passwordOf('postgres', secret), { mode: 0o600 });
  if (initdbUser) await chownTree(draft, initdbUser);
  const args = [...INITDB_SETTINGS, `--pgdata=${data}`, `--pwfile=${passwordFile}`];
  const { code, output } = await run(layout, { ...launcher, user: initdbUser }, 'initdb', args);
  if (code !== 0) throw initdbFailure(output);
  if (launcher.user) await chownTree(data, launcher.user);
  return data;
}

async function createCluster(layout: Layout, launcher: Launcher, secret: string): Promise<void> {
  const draft = await mkdtemp(join(layout.dataDir, DRAFT_PREFIX));
  try {
    await rename(await fillDraft(layout, draft, launcher, secret), layout.cluster);
  } catch (error) {
    // A concurrent start was faster, and may have removed our draft.
    if ((await majorIn(layout)) === undefined) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}

export async function ensureCluster(
  layout: Layout,
  launcher: Launcher,
  secret: string,
  major: number,
): Promise<void> {
  if ((await majorIn(layout)) === undefined) await createCluster(layout, launcher, secret);
  const found = await majorIn(layout);
  if (found !== undefined) refuseOtherMajor(layout, found, major);
}

/** Removes drafts of killed starts. Only the owner may call it: for other processes a draft may be in use. */
export async function sweepDrafts({ dataDir }: Layout): Promise<void> {
  const drafts = (await readdir(dataDir)).filter((name) => name.startsWith(DRAFT_PREFIX));
  // An initdb whose parent was killed may still be writing to it: hence the retries.
  for (const name of drafts) await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 5 });
}

/** 0700, as PostgreSQL requires, and owned by the user it runs as. */
export async function ensureRunFolder({ run: folder }: Layout, user: OsUser | undefined): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (user) await chown(folder, user.uid, user.gid);
}
