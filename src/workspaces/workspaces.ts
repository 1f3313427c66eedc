import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, lchown, lstat, mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { coerceError, DomainError, hasCode } from '../errors.ts';
import {
  allowedFolders,
  mayWorkIn,
  ownFolder,
  rootOf,
  type Tenant,
  uidOf,
  type WorkspaceFolders,
} from '../rules/workspaces/workspace.ts';
import { walkTo } from './folder-walk.ts';

/** The part of the configuration that working directories need. */
export interface WorkspaceSettings {
  dataDir: string;
  /** The first one takes what nobody named a place for. */
  workspaceRoots: readonly string[];
  /** `none`: commands run as the server, and where it is root may work in what is root's. */
  sandbox: 'bubblewrap' | 'none';
}

const APPLICATION = resolve(import.meta.dirname, '../..');

/**
 * A working directory for a user, made when it is missing.
 * @param named absolute, or relative to the user's own folder.
 * @returns its path, absolute and free of symbolic links, as the sandbox takes it.
 * @throws DomainError VALIDATION_ERROR for `field`, with the folders that it may lie in as `allowed`.
 */
export async function openWorkspace(
  settings: WorkspaceSettings,
  tenant: Tenant,
  named: string,
  field: string,
): Promise<string> {
  const folders = await foldersOf(settings);
  const own = ownFolder(folders.roots[0]!, tenant);
  // One answer for all that lies outside, whatever is there, is not there, or cannot be reached.
  const path = await realPathOf(resolve(own, named)).catch(() => null);
  if (path === null || !mayWorkIn(path, tenant, folders)) {
    throw refused(field, 'is not a folder to work in', tenant, folders);
  }
  const problem = await makeReady(path, tenant, folders, settings).catch(
    (error: unknown) => coerceError(error).message,
  );
  if (problem) throw refused(field, `cannot be used: ${problem}`, tenant, folders);
  return path;
}

/**
 * A fresh working directory in the user's own folder, which `openWorkspace` opens by its path.
 * @param id of what it is for.
 * @throws Error when it cannot be made, which is the operator's to mend.
 */
export async function makeWorkspace(
  { workspaceRoots: [root] }: WorkspaceSettings,
  tenant: Tenant,
  id: string,
): Promise<string> {
  const own = ownFolder(root!, tenant);
  const path = join(own, id);
  await mkdir(path, MODE).catch(async () => {
    // It is the user's first, or the id was taken before, which whoever writes it finds out.
    await mkdir(root!, ROOT);
    await mkdir(own, MADE);
    await mkdir(path, MADE);
  });
  // The folder that it lies in is the server's alone: nobody can have put anything in its place.
  if (isRoot()) await lchown(path, uidOf(tenant), uidOf(tenant));
  return path;
}

/** Whether a path lies directly in the user's folder, as `makeWorkspace` creates it, where no command can replace it. */
export async function isOwnWorkspace(
  { workspaceRoots }: WorkspaceSettings,
  tenant: Tenant,
  path: string,
): Promise<boolean> {
  const real = await Promise.all(workspaceRoots.map((root) => realpath(root).catch(() => root)));
  return [...workspaceRoots, ...real].some((root) => dirname(path) === ownFolder(root, tenant));
}

/** Removes a fresh working directory with all that is in it; one that is gone is no error. */
export async function removeWorkspace(path: string): Promise<void> {
  const script = process.platform === 'linux' ? REMOVE : REMOVE_PLAINLY;
  await promisify(execFile)('/bin/sh', ['-c', script, 'sh', path], { env: { PATH: '/usr/bin:/bin' } });
}

/**
 * rm walks by descriptors, so no link that a command puts in its way leads it out; Node's own does not, nor does
 * chmod. Commands may have removed permissions from folders, which only root ignores; in a user namespace, rm is root.
 */
const REMOVE = 'rm -rf -- "$1" 2>/dev/null || exec unshare --map-root-user rm -rf -- "$1"';
const REMOVE_PLAINLY = 'rm -rf -- "$1" 2>/dev/null || { chmod -R u+rwx -- "$1"; exec rm -rf -- "$1"; }';

function refused(field: string, problem: string, tenant: Tenant, folders: WorkspaceFolders): DomainError {
  const allowed = allowedFolders(tenant, folders);
  const message = `${field}: ${problem}; allowed are folders below ${allowed.join(' and ')}`;
  return new DomainError('VALIDATION_ERROR', message, { field, allowed });
}

async function foldersOf({ dataDir, workspaceRoots }: WorkspaceSettings): Promise<WorkspaceFolders> {
  for (const root of workspaceRoots) await mkdir(root, ROOT);
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
  folders: WorkspaceFolders,
  { sandbox }: WorkspaceSettings,
): Promise<string | null> {
  if (process.platform !== 'linux') return makePlainly(path);
  const root = rootOf(path, folders)!;
  const names = relative(root, path).split('/');
  const isOwn = names[0] === tenant.userId;
  return walkTo({ root, names, isOwn, uid: uidOf(tenant) }, async (through, folder) => {
    await access(through, constants.W_OK | constants.X_OK);
    const isRoots = isRoot() && (await folder.stat()).uid === 0;
    return isRoots && sandbox !== 'none' ? ROOTS : null;
  });
}

/** Bubblewrap exists on Linux alone. Elsewhere commands have the server's rights, so races give them nothing more. */
async function makePlainly(path: string): Promise<null> {
  await mkdir(path, MADE);
  await access(path, constants.W_OK | constants.X_OK);
  return null;
}

const ROOTS = 'it belongs to root, and commands do not run as root; assign it to another user with chown';
const MODE = 0o700;
const MADE = { recursive: true, mode: MODE };
/** The way through to a working directory, for the uid of its commands. */
const ROOT = { recursive: true, mode: 0o711 };

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
