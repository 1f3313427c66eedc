import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, lchown, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { coerceError, DomainError, hasCode } from '../errors.ts';
import type { SandboxMode } from '../rules/workspaces/isolation.ts';
import {
  allowedFolders,
  isReserved,
  type Locality,
  mayOperatorWorkIn,
  mayWorkIn,
  OPERATOR_FOLDERS,
  operatorAccount,
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
  /** The first one is used when no folder is given. */
  workspaceRoots: readonly string[];
  /** `none`: commands run as the server, and if it is root they may work in folders of root. */
  sandbox: SandboxMode;
  /** The account that may also name folders of the server's own user; null or absent: no one. */
  operatorAccountId?: string | null;
}

type Configured = Omit<WorkspaceSettings, 'operatorAccountId'> & Omit<Locality, 'localAdminId'>;

/** @param localAdminId of embedded mode; null: there is none */
export function workspaceSettings(config: Configured, localAdminId: string | null): WorkspaceSettings {
  const { dataDir, workspaceRoots, sandbox, host } = config;
  return { dataDir, workspaceRoots, sandbox, operatorAccountId: operatorAccount({ host, localAdminId }) };
}

/** Whether a user may name any folder of the server's own user. */
export function mayNameAnyFolder(
  { operatorAccountId }: WorkspaceSettings,
  { userId, isAdmin, isTemplate }: Tenant,
): boolean {
  return isAdmin && !isTemplate && userId === operatorAccountId;
}

const APPLICATION = resolve(import.meta.dirname, '../..');

/**
 * Opens a working directory for a user, creating it if missing.
 * @param named absolute, or relative to the user's own folder
 * @returns its absolute path without symbolic links, as the sandbox requires
 * @throws DomainError VALIDATION_ERROR for `field`, with the permitted folders as `allowed`
 */
export async function openWorkspace(
  settings: WorkspaceSettings,
  tenant: Tenant,
  named: string,
  field: string,
): Promise<string> {
  const folders = await foldersOf(settings);
  const own = ownFolder(folders.roots[0]!, tenant);
  const written = resolve(own, named);
  // The same error for all paths outside, whether they exist or not.
  const path = await realPathOf(written).catch(() => null);
  const refuse = (problem: string) => refused(settings, tenant, folders, { field, problem });
  const isBelowRoot = path !== null && mayWorkIn(path, tenant, folders);
  // A hidden folder may itself be a link, and stays what it is.
  const mayName = mayNameAnyFolder(settings, tenant) && !isReserved(written, folders);
  const isOperatorFolder = path !== null && mayName && mayOperatorWorkIn(path, folders);
  if (path === null || !(isBelowRoot || isOperatorFolder)) throw refuse('is not a permitted folder');
  const opening = isBelowRoot
    ? makeReady(path, tenant, folders, settings)
    : checkOperatorFolder(path, settings);
  const problem = await opening.catch((error: unknown) => coerceError(error).message);
  if (problem) throw refuse(`cannot be used: ${problem}`);
  return path;
}

/**
 * Creates a working directory in the user's own folder; `openWorkspace` opens it by its path.
 * @param id of the task or session
 * @throws Error when it cannot be created, which the operator has to fix
 */
export async function makeWorkspace(
  { workspaceRoots: [root] }: WorkspaceSettings,
  tenant: Tenant,
  id: string,
): Promise<string> {
  const own = ownFolder(root!, tenant);
  const path = join(own, id);
  await mkdir(path, MODE).catch(async () => {
    // It is the user's first, or the id is in use, which is detected when the row is written.
    await mkdir(root!, NEW_ROOT_FOLDER);
    await mkdir(own, NEW_FOLDER);
    await mkdir(path, NEW_FOLDER);
  });
  // Its parent folder belongs to the server alone, so it cannot have been replaced.
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

/** Removes a created working directory with its content; a missing one is not an error. */
export async function removeWorkspace(path: string): Promise<void> {
  const script = process.platform === 'linux' ? REMOVE : REMOVE_PLAINLY;
  await promisify(execFile)('/bin/sh', ['-c', script, 'sh', path], { env: { PATH: '/usr/bin:/bin' } });
}

/**
 * rm walks by descriptors, so links placed by commands cannot lead it outside, unlike Node's own and chmod.
 * Commands may have removed permissions from folders, which only root ignores; in a user namespace, rm is
 * root.
 */
const REMOVE = 'rm -rf -- "$1" 2>/dev/null || exec unshare --map-root-user rm -rf -- "$1"';
const REMOVE_PLAINLY = 'rm -rf -- "$1" 2>/dev/null || { chmod -R u+rwx -- "$1"; exec rm -rf -- "$1"; }';

export function refused(
  settings: WorkspaceSettings,
  tenant: Tenant,
  folders: WorkspaceFolders,
  { field, problem }: { field: string; problem: string },
): DomainError {
  const allowed = allowedFolders(tenant, folders);
  const more = mayNameAnyFolder(settings, tenant) ? `, and ${OPERATOR_FOLDERS}` : '';
  const message = `${field}: ${problem}; allowed are folders below ${allowed.join(' and ')}${more}`;
  return new DomainError('VALIDATION_ERROR', message, { field, allowed });
}

export async function foldersOf({ dataDir, workspaceRoots }: WorkspaceSettings): Promise<WorkspaceFolders> {
  for (const root of workspaceRoots) await mkdir(root, NEW_ROOT_FOLDER);
  const data = await realPathOf(resolve(dataDir));
  return {
    roots: await Promise.all(workspaceRoots.map((root) => realpath(root))),
    data,
    open: join(data, 'workspaces'),
    application: await realpath(APPLICATION),
    home: await realPathOf(homedir()),
  };
}

/** Without links, as far as it exists. @throws for a dangling link */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    const found = await lstat(path).catch(() => null);
    if (found === null) return join(await realPathOf(dirname(path)), basename(path));
    if (found.isSymbolicLink()) throw error;
    // It was created concurrently.
    return realPathOf(path);
  }
}

/** @returns the problem, or null */
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
    const belongsToRoot = isRoot() && (await folder.stat()).uid === 0;
    return belongsToRoot && sandbox !== 'none' ? BELONGS_TO_ROOT : null;
  });
}

/**
 * Sandboxes exist only on Linux. Elsewhere commands have the server's permissions, so races give them
 * nothing more.
 */
async function makePlainly(path: string): Promise<null> {
  await mkdir(path, NEW_FOLDER);
  await access(path, constants.W_OK | constants.X_OK);
  return null;
}

/** Checks a folder that belongs to the server's own user. @returns the problem with it, or null */
async function checkOperatorFolder(path: string, { sandbox }: WorkspaceSettings): Promise<string | null> {
  const check = async (through: string, uid: number) => {
    if (uid !== process.getuid?.()) return "it does not belong to the server's own user";
    await access(through, constants.W_OK | constants.X_OK);
    return isRoot() && sandbox !== 'none' ? BELONGS_TO_ROOT : null;
  };
  if (process.platform !== 'linux') return check(path, (await stat(path)).uid);
  const names = path.split('/').slice(1);
  return walkTo({ root: '/', names, isOwn: false, uid: null }, async (through, folder) =>
    check(through, (await folder.stat()).uid),
  );
}

const BELONGS_TO_ROOT =
  'it belongs to root, and commands do not run as root; assign it to another user with chown';
const MODE = 0o700;
const NEW_FOLDER = { recursive: true, mode: MODE };
/** Permission to pass through to a working directory, for the uid of its commands. */
const NEW_ROOT_FOLDER = { recursive: true, mode: 0o711 };

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
