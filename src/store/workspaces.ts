import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, lstat, mkdir, open, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { DomainError } from '../errors.ts';
import { newId } from '../rules/ids.ts';
import {
  allowedFolders,
  mayWorkIn,
  ownFolder,
  type Tenant,
  uidOf,
  type WorkspaceFolders,
} from '../rules/workspace.ts';
import { hasCode, messageOf } from './error-code.ts';

/** The part of the configuration that working directories need. */
export interface WorkspaceSettings {
  dataDir: string;
  /** The first one takes what nobody named a place for. */
  workspaceRoots: readonly string[];
  /** `none`: commands run as the server, and where it is root may work in what is root's. */
  sandbox: 'bubblewrap' | 'none';
}

export interface Workspace {
  /** Absolute, free of symbolic links: what the sandbox takes, and what the user is told. */
  path: string;
  /** Made for this occasion, and so to be removed with what it was made for. */
  isFresh: boolean;
}

const APPLICATION = resolve(import.meta.dirname, '../..');

/**
 * A working directory for a user, made when it is missing.
 * @param named absolute, or relative to the user's own folder; null: a fresh one.
 * @throws DomainError VALIDATION_ERROR for `field`, with the folders that it may lie in as `allowed`; what stands in
 * the way of a fresh one as it is, because that is the operator's to mend.
 */
export async function openWorkspace(
  settings: WorkspaceSettings,
  tenant: Tenant,
  named: string | null,
  field: string,
): Promise<Workspace> {
  const folders = await foldersOf(settings);
  const own = ownFolder(folders.roots[0]!, tenant);
  // One answer for all that lies outside, whatever is there, is not there, or cannot be reached.
  const path = await realPathOf(resolve(own, named ?? newId())).catch(() => null);
  if (path === null || !mayWorkIn(path, tenant, folders)) {
    throw refused(field, `${named} is not a folder to work in`, tenant, folders);
  }
  const problem = await makeReady(path, tenant, folders, settings).catch((error) => {
    if (named === null) throw error;
    return messageOf(error);
  });
  if (problem) throw refused(field, `${path} cannot be used: ${problem}`, tenant, folders);
  return { path, isFresh: named === null };
}

/** Removes a fresh working directory with all that is in it; one that is gone is no error. */
export async function removeWorkspace(path: string): Promise<void> {
  // rm walks by descriptors, so no link that a command puts in its way leads it out; Node's own does not. Commands
  // may have closed folders, which stops everybody but root.
  const script = '[ "$(id -u)" = 0 ] || chmod -R u+rwx -- "$1" 2>/dev/null; rm -rf -- "$1"';
  await promisify(execFile)('/bin/sh', ['-c', script, 'sh', path], { env: { PATH: '/usr/bin:/bin' } });
}

function refused(field: string, problem: string, tenant: Tenant, folders: WorkspaceFolders): DomainError {
  const allowed = allowedFolders(tenant, folders);
  const message = `${field}: ${problem}; allowed are folders below ${allowed.join(' and ')}`;
  return new DomainError('VALIDATION_ERROR', message, { field, allowed });
}

async function foldersOf({ dataDir, workspaceRoots }: WorkspaceSettings): Promise<WorkspaceFolders> {
  for (const root of workspaceRoots) await mkdir(root, { recursive: true, mode: 0o711 });
  const data = await realPathOf(resolve(dataDir));
  return {
    roots: await Promise.all(workspaceRoots.map((root) => realpath(root))),
    data,
    open: join(data, 'workspaces'),
    application: await realpath(APPLICATION),
  };
}

/** Without links, as far as it exists. @throws for a link that leads to nothing. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    const found = await lstat(path).catch(() => null);
    if (found === null) return join(await realPathOf(dirname(path)), basename(path));
    if (found.isSymbolicLink()) throw error;
    // Somebody else has made it just now.
    return realPathOf(path);
  }
}

/** @returns what stands in the way, or null. */
async function makeReady(
  path: string,
  tenant: Tenant,
  { roots }: WorkspaceFolders,
  { sandbox }: WorkspaceSettings,
): Promise<string | null> {
  const own = roots.map((root) => ownFolder(root, tenant)).find((folder) => path.startsWith(`${folder}/`));
  // The server's own, so that no command can ever put a link in the place of a working directory in it.
  if (own) await mkdir(own, MADE);
  const firstMade = await mkdir(path, MADE);
  // All below one's own folder, as who made it a moment ago may not have come to hand it over.
  const last = own ?? (firstMade && dirname(firstMade));
  for (const made of last ? foldersBetween(last, path) : []) await handOver(made, uidOf(tenant));
  // A command at work in a folder above may have put a link somewhere, just now.
  if ((await realpath(path)) !== path) return 'it was replaced meanwhile';
  await access(path, constants.W_OK | constants.X_OK);
  const isRoots = isRoot() && (await stat(path)).uid === 0;
  return isRoots && sandbox !== 'none' ? ROOTS : null;
}

const ROOTS = 'it belongs to root, and no command runs as root; give it to another user with chown';
const MADE = { recursive: true, mode: 0o700 };

function foldersBetween(above: string, path: string): string[] {
  return path === above ? [] : [...foldersBetween(above, dirname(path)), path];
}

/** By a handle: a path could lead elsewhere by now, and root would give that away. */
async function handOver(path: string, uid: number): Promise<void> {
  if (!isRoot()) return;
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const isRoots = (await handle.stat()).uid === 0;
    if (isRoots && (await readlink(`/proc/self/fd/${handle.fd}`)) === path) await handle.chown(uid, uid);
  } finally {
    await handle.close();
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
