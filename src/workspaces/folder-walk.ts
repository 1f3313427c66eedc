import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { chown, type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf, coerceError, hasCode } from '../errors.ts';

/** A path without symbolic links. */
export interface FolderPath {
  /** The operator's folder: no command can replace its direct entries. */
  root: string;
  names: readonly string[];
  /** The first name is the user's folder. The server owns it, so commands cannot replace its direct entries either. */
  isOwn: boolean;
  /** The owner of created folders, when the server is root. null: missing ones are not created. */
  uid: number | null;
}

/**
 * Linux's O_PATH (octal 10000000, asm-generic/fcntl.h): refers to a folder, without permissions on its
 * content. With O_DIRECTORY and O_NOFOLLOW a link is an error, so that a walk stays below its root whatever
 * is renamed meanwhile.
 */
const O_PATH = 0o10000000;
const FOLDER = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const MODE = 0o700;
const WRITABLE_BY_OTHERS = 0o022;
/** Maximum folders created per walk: each may need a process. */
const MOST_MADE = 16;

/**
 * Opens a folder one name at a time, by descriptors, and may create missing folders. A command may at any time
 * replace any folder that it can write to by a symbolic link. Below such a folder nothing is done by path; if
 * the server is root, it creates folders there as the parent's owner.
 * @param use receives a path that refers to this very folder while `use` runs
 * @throws Error with the reason and the path where the walk failed
 */
export async function walkTo<T>(
  path: FolderPath,
  use: (through: string, folder: FileHandle) => Promise<T>,
): Promise<T> {
  let folder = await open(path.root, FOLDER);
  try {
    let made = 0;
    for (const depth of path.names.keys()) {
      const next = await enter(folder, path, depth).catch((error) => {
        throw located(error, path, depth);
      });
      await folder.close();
      folder = next.folder;
      if (next.isMade) made += 1;
      if (made > MOST_MADE) throw new Error(`more than ${MOST_MADE} of its folders are missing`);
    }
    return await use(through(folder), folder);
  } finally {
    await folder.close();
  }
}

async function enter(
  parent: FileHandle,
  path: FolderPath,
  depth: number,
): Promise<{ folder: FileHandle; isMade: boolean }> {
  const name = `${through(parent)}/${path.names[depth]}`;
  const found = await open(name, FOLDER).catch(path.uid === null ? orThrow : orMissing);
  const isSafe = depth === 0 || (path.isOwn && depth === 1) || (await isServersAlone(parent));
  const isMade = found === null && (await make(parent, path.names[depth]!, isSafe));
  const folder = found ?? (await open(name, FOLDER));
  try {
    // A concurrent request may have created it and not yet changed its owner.
    const isToGive = path.isOwn ? depth === 1 || (isMade && depth > 1) : isMade;
    if (isSafe && isToGive && path.uid !== null) await handOver(folder, path.uid);
    return { folder, isMade };
  } catch (error) {
    await folder.close();
    throw error;
  }
}

function orMissing(error: unknown): null {
  if (hasCode(error, 'ENOENT')) return null;
  throw error;
}

function orThrow(error: unknown): never {
  throw error;
}

/** Commands never run as root, so they cannot write to a folder that only root can write to. */
async function isServersAlone(folder: FileHandle): Promise<boolean> {
  if (!isRoot()) return true;
  const { uid, mode } = await folder.stat();
  return uid === 0 && (mode & WRITABLE_BY_OTHERS) === 0;
}

/** @returns false when it exists meanwhile */
async function make(parent: FileHandle, name: string, isSafe: boolean): Promise<boolean> {
  if (!isSafe) return makeAsOwner(parent, name);
  try {
    await mkdir(`${through(parent)}/${name}`, MODE);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Node cannot change its user for one call, and a folder created by root could be replaced before `chown`. */
async function makeAsOwner(parent: FileHandle, name: string): Promise<boolean> {
  const { uid, gid } = await parent.stat();
  if (uid === 0) throw new Error('the parent folder belongs to root, and other users can write to it');
  const script = '[ -d "$1" ] && [ ! -L "$1" ] && exit 3; umask 077; exec mkdir -- "$1"';
  // The child changes to this folder before it drops its rights, while the descriptor is still open.
  const options = { uid, gid, cwd: through(parent), env: { PATH: '/usr/bin:/bin' } };
  try {
    await promisify(execFile)('/bin/sh', ['-c', script, 'sh', name], options);
    return true;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 3) return false;
    throw new Error(stderr?.trim() || coerceError(error).message, { cause: error });
  }
}

async function handOver(folder: FileHandle, uid: number): Promise<void> {
  if (isRoot() && (await folder.stat()).uid === 0) await chown(through(folder), uid, uid);
}

function located(error: unknown, { root, names }: FolderPath, depth: number): Error {
  const where = join(root, ...names.slice(0, depth + 1));
  // File system errors name /proc/self/fd/…, which does not help the reader.
  const what = hasCode(error, 'ENOTDIR')
    ? 'EEXIST: it is not a folder'
    : (codeOf(error) ?? coerceError(error).message);
  return new Error(`${what} at ${where}`, { cause: error });
}

function through(folder: FileHandle): string {
  return `/proc/self/fd/${folder.fd}`;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
