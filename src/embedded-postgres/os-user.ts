import { chown, lchown, lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from '../errors.ts';
import type { Layout } from './layout.ts';

/** The user that PostgreSQL runs as when the server is root, because PostgreSQL refuses to run as root. */
export interface OsUser {
  uid: number;
  gid: number;
}

/**
 * It has no passwd entry, so the database shares its files and signals with no other user. Fits a 65536-uid
 * map.
 */
const OWN: OsUser = { uid: 54_320, gid: 54_320 };
/** initdb looks its user up in passwd; this one is in every passwd of Linux. */
export const NOBODY: OsUser = { uid: 65_534, gid: 65_534 };

async function ownerOf(path: string): Promise<OsUser | undefined> {
  try {
    const { uid, gid } = await stat(path);
    return { uid, gid };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Undefined: run PostgreSQL as the current user. */
export async function chooseOsUser({ cluster }: Layout): Promise<OsUser | undefined> {
  const uid = process.getuid?.();
  const owner = await ownerOf(cluster);
  if (uid !== 0) {
    if (!owner || owner.uid === uid) return undefined;
    throw new Error(
      `${cluster} belongs to uid ${owner.uid}, but Polyphony runs as uid ${uid}: start it as the owner or as root, ` +
        `or run "chown -R ${uid} ${dirname(cluster)}" while it is stopped`,
    );
  }
  if (process.platform === 'darwin')
    throw new Error(
      'The embedded PostgreSQL does not run as root on macOS: use another user or DATABASE_URL',
    );
  // A folder that an ordinary user has filled stays usable for that user.
  if (owner && owner.uid !== 0) return owner;
  if (owner) await chownTree(cluster, OWN);
  return OWN;
}

export async function chownTree(folder: string, { uid, gid }: OsUser): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  await Promise.all(names.map((name) => lchown(join(folder, name), uid, gid)));
  await chown(folder, uid, gid);
}

async function allows(path: string, { uid, gid }: OsUser, bit: number): Promise<boolean> {
  const entry = await lstat(path);
  if (entry.isSymbolicLink()) return true;
  const shift = entry.uid === uid ? 6 : entry.gid === gid ? 3 : 0;
  return (entry.mode & (bit << shift)) !== 0;
}

/** The outermost folder (or the file itself) that keeps the user from reading `path`, an absolute real path. */
export async function obstacle(path: string, user: OsUser): Promise<string | undefined> {
  const folders: string[] = [];
  for (let folder = dirname(path); folders[0] !== folder; folder = dirname(folder)) folders.unshift(folder);
  for (const folder of folders) if (!(await allows(folder, user, 1))) return folder;
  return (await allows(path, user, 4)) ? undefined : path;
}
