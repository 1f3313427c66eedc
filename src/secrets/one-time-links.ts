import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../errors.ts';

export const LINK_SECONDS = 24 * 3600;

const folderOf = (dataDir: string) => join(dataDir, 'links');

/** Only the secret's hash is stored, as the name of an empty file, so that reading the folder gives no access. */
const fileOf = (dataDir: string, secret: string) =>
  join(folderOf(dataDir), createHash('sha256').update(secret).digest('hex'));

/** @returns a secret that `takeLink` accepts once within `LINK_SECONDS`. */
export async function makeLink(dataDir: string): Promise<string> {
  await mkdir(folderOf(dataDir), { recursive: true, mode: 0o700 });
  await removeExpired(dataDir);
  const secret = randomBytes(32).toString('base64url');
  await writeFile(fileOf(dataDir, secret), '', { mode: 0o600, flag: 'wx' });
  return secret;
}

/** Consumes a secret: of concurrent calls, in any number of processes, exactly one returns true. */
export async function takeLink(dataDir: string, secret: string): Promise<boolean> {
  const file = fileOf(dataDir, secret);
  try {
    const isValid = await isCurrent(file);
    await unlink(file);
    return isValid;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** Removes all unused links. */
export async function removeLinks(dataDir: string): Promise<void> {
  await rm(folderOf(dataDir), { recursive: true, force: true });
}

async function removeExpired(dataDir: string): Promise<void> {
  for (const name of await readdir(folderOf(dataDir))) {
    const file = join(folderOf(dataDir), name);
    // Another call may have used it meanwhile.
    if (!(await isCurrent(file).catch(() => false))) await rm(file, { force: true });
  }
}

async function isCurrent(file: string): Promise<boolean> {
  const { mtimeMs } = await stat(file);
  return Date.now() - mtimeMs < LINK_SECONDS * 1000;
}
