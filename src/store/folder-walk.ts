import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { chown, type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf, hasCode, messageOf } from './error-code.ts';

/** A path without links, the folders of which are made where they are missing. */
export interface FolderPath {
  /** The operator's: no command can exchange what lies directly in it. */
  root: string;
  names: readonly string[];
  /** The first name is the user's own folder, which stays the server's, so what lies directly in it is as safe. */
  isOwn: boolean;
  /** Who gets what is made, where the server is root. */
  uid: number;
}

/**
 * Linux's O_PATH (octal 10000000, asm-generic/fcntl.h): names a folder, without rights on what it holds. With
 * O_DIRECTORY and O_NOFOLLOW a link is an error, so that a walk stays below its root whatever is renamed meanwhile.
 */
const O_PATH = 0o10000000;
const FOLDER = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const MODE = 0o700;
const WRITABLE_BY_OTHERS = 0o022;
/** Each may cost a process. */
const MOST_MADE = 16;

/**
 * Walks to a folder by descriptors, one name after the other, and makes what is missing. A command may exchange
 * any folder that it can write with a link, at any time; so below such a folder nothing is done by path, and where
 * the server is root, as its owner.
 * @param use gets a path that leads to this folder and to no other, for as long as it runs.
 * @throws Error that says what stands in the way, and where.
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
      if (made > MOST_MADE) throw new Error(`more than ${MOST_MADE} folders of it are missing`);
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
  const found = await open(name, FOLDER).catch(orMissing);
  const isSafe = depth === 0 || (path.isOwn && depth === 1) || (await isServersAlone(parent));
  const isMade = found === null && (await make(parent, path.names[depth]!, isSafe));
  const folder = found ?? (await open(name, FOLDER));
  try {
    // Another request may have made it a moment ago, and not have come to hand it over.
    const isToGive = path.isOwn ? depth === 1 || (isMade && depth > 1) : isMade;
    if (isSafe && isToGive) await handOver(folder, path.uid);
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

/** The operator's folders in a root may be root's; what a command runs as never is. */
async function isServersAlone(folder: FileHandle): Promise<boolean> {
  if (!isRoot()) return true;
  const { uid, mode } = await folder.stat();
  return uid === 0 && (mode & WRITABLE_BY_OTHERS) === 0;
}

/** @returns false when it is there by now. */
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

/** Node cannot become another user for one call, and what root makes could be exchanged before it is handed over. */
async function makeAsOwner(parent: FileHandle, name: string): Promise<boolean> {
  const { uid, gid } = await parent.stat();
  if (uid === 0) throw new Error('the folder above belongs to root, and others may write in it');
  const script = '[ -d "$1" ] && [ ! -L "$1" ] && exit 3; umask 077; exec mkdir -- "$1"';
  // The descriptor is still open when the child changes to it, and before it becomes the owner.
  const options = { uid, gid, cwd: through(parent), env: { PATH: '/usr/bin:/bin' } };
  try {
    await promisify(execFile)('/bin/sh', ['-c', script, 'sh', name], options);
    return true;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 3) return false;
    throw new Error(stderr?.trim() || messageOf(error), { cause: error });
  }
}

async function handOver(folder: FileHandle, uid: number): Promise<void> {
  if (isRoot() && (await folder.stat()).uid === 0) await chown(through(folder), uid, uid);
}

function located(error: unknown, { root, names }: FolderPath, depth: number): Error {
  const where = join(root, ...names.slice(0, depth + 1));
  // Errors of the file system name the descriptor's path, which says nothing to those who read it.
  const what = hasCode(error, 'ENOTDIR') ? 'EEXIST: it is no folder' : (codeOf(error) ?? messageOf(error));
  return new Error(`${what} at ${where}`, { cause: error });
}

function through(folder: FileHandle): string {
  return `/proc/self/fd/${folder.fd}`;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
