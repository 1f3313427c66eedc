import { join, relative } from 'node:path';
import { validate as isUuid } from 'uuid';

/** The user of a working directory. */
export interface Tenant {
  userId: string;
  isAdmin: boolean;
  /**
   * A template of the user. Where it clones, git has network access and follows the configuration of the
   * folder: a command without network access must not get near it, so nothing else works there.
   */
  isTemplate?: boolean;
}

/** Where the server listens, and who started it. */
export interface Locality {
  host: string;
  /** The local admin of embedded mode; null: there is none. */
  localAdminId: string | null;
}

/**
 * The account of the operator, who may also name folders of the server's own user as working directories: the local
 * admin, who has started the server, if the server listens only on loopback. null: there is none.
 */
export function operatorAccount({ host, localAdminId }: Locality): string | null {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host) ? localAdminId : null;
}

/** Absolute paths without symbolic links. */
export interface WorkspaceFolders {
  /**
   * Folders that contain, per user, a folder with working directories; and other folders of an admin's
   * choice.
   */
  roots: readonly string[];
  /** The data folder of the server: not accessible, except for the part for working directories. */
  data: string;
  open: string;
  /** The program folder of the server: not accessible, except for roots in it that the operator named. */
  application: string;
  /**
   * Of the server's user: not accessible as a whole, because it has files that are executed at a login; nor what
   * is hidden in it, such as keys and configuration.
   */
  home: string;
}

/** The folder of a user's own working directories below a root. */
export function ownFolder(root: string, { userId }: Tenant): string {
  return join(root, userId);
}

const TEMPLATE_PREFIX = '.template-';

/** The working directory of a template, below the user's own folder. */
export function templateFolder(taskId: string): string {
  return `${TEMPLATE_PREFIX}${taskId}`;
}

/** The folders that a user may choose from, for error messages. */
export function allowedFolders(tenant: Tenant, { roots }: WorkspaceFolders): string[] {
  return roots.map((root) => (tenant.isAdmin ? root : ownFolder(root, tenant)));
}

/**
 * Whether a user may work in a folder: one below the user's own folder in a root, with templates and other
 * tasks kept apart. An admin may also work in folders that the operator placed in a root, unless they belong
 * to another user. Never in a folder that contains the server, or is inside it.
 */
export function mayWorkIn(path: string, tenant: Tenant, folders: WorkspaceFolders): boolean {
  const { roots, data, open, application } = folders;
  if ([data, application, ...roots].some((held) => isWithin(held, path))) return false;
  const root = rootOf(path, folders);
  if (root === undefined) return false;
  if (isBelow(path, data) && !isBelow(path, open)) return false;
  if (isBelow(path, application) && !isBelow(root, application)) return false;
  const [first, second] = relative(root, path).split('/');
  if (first === tenant.userId) {
    return second !== undefined && second.startsWith(TEMPLATE_PREFIX) === (tenant.isTemplate ?? false);
  }
  return tenant.isAdmin && !isUuid(first);
}

/**
 * Whether a folder that belongs to the server's own user may be a working directory: not one that contains
 * the server, its data or a home directory, or is inside the first two, or is reserved.
 */
export function mayOperatorWorkIn(path: string, folders: WorkspaceFolders): boolean {
  const { roots, data, application, home } = folders;
  if ([data, application, home, ...roots].some((held) => isWithin(held, path))) return false;
  return !isReserved(path, folders) && ![data, application, ...roots].some((folder) => isBelow(path, folder));
}

/** Sockets, processes, settings of the kernel, and devices: programs act on what is written there. */
const OF_THE_SYSTEM = ['/run', '/proc', '/sys', '/dev'];

/** Whether a path is one that programs of the server's user, or of the system, keep their own files in. */
export function isReserved(path: string, { home }: Pick<WorkspaceFolders, 'home'>): boolean {
  const isHidden = isBelow(path, home) && relative(home, path).startsWith('.');
  return isHidden || OF_THE_SYSTEM.some((folder) => isWithin(path, folder));
}

/** What the operator may name besides `allowedFolders`, for error messages. */
export const OPERATOR_FOLDERS = `existing folders of the server's own user, except hidden ones of its home directory and those in ${OF_THE_SYSTEM.join(', ')}`;

/** Where an absolute path is created, relative to the user's own folder. null: it contains `..`. */
export function relocated(path: string): string | null {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return names.includes('..') ? null : names.join('/');
}

/** The root that contains a path; of nested roots, the innermost. */
export function rootOf(path: string, { roots }: Pick<WorkspaceFolders, 'roots'>): string | undefined {
  return deepest(roots.filter((candidate) => isBelow(path, candidate)));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || isBelow(path, folder);
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** Of folders that all contain the same path, the longest is the innermost. */
function deepest(folders: readonly string[]): string | undefined {
  return folders.toSorted((a, b) => b.length - a.length)[0];
}

/** Above all accounts that a system or its containers assign, and below those of `systemd-nspawn`. */
export const FIRST_UID = 1_100_000_000;
const UIDS = 500_000_000;

/**
 * The uid of a user's commands if the server is root. It is per user and not per command: a later command has
 * to be able to change files of an earlier one, and git works only in folders of its own uid.
 */
export function uidOf({ userId }: Tenant): number {
  return FIRST_UID + (Number.parseInt(userId.slice(-8), 16) % UIDS);
}
