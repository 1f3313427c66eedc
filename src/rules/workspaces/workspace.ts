import { join, relative } from 'node:path';
import { validate as isUuid } from 'uuid';

/** Whose working directory it is to be. */
export interface Tenant {
  userId: string;
  isAdmin: boolean;
  /**
   * A template at work for the user. Where it clones, git is online and does what the folder's configuration says:
   * a command that is not online must not come near it, and so nobody else works there.
   */
  isTemplate?: boolean;
}

/** Absolute paths, free of symbolic links. */
export interface WorkspaceFolders {
  /** Folders that hold, per user, a folder that holds working directories; and other folders of an admin's choice. */
  roots: readonly string[];
  /** The server's data: nobody's, but for the part of it that is made for working directories. */
  data: string;
  open: string;
  /** The server's program: nobody's, but for roots in it that the operator named. */
  application: string;
}

/** Where a user's own working directories are below a root. */
export function ownFolder(root: string, { userId }: Tenant): string {
  return join(root, userId);
}

const TEMPLATE_PREFIX = '.template-';

/** Where a template works, below its user's own folder. */
export function templateFolder(taskId: string): string {
  return `${TEMPLATE_PREFIX}${taskId}`;
}

/** What a tenant may choose from, for messages. */
export function allowedFolders(tenant: Tenant, { roots }: WorkspaceFolders): string[] {
  return roots.map((root) => (tenant.isAdmin ? root : ownFolder(root, tenant)));
}

/**
 * Whether a tenant may work in a folder: one below its own in a root, a template in a template's and others in
 * others. An admin may also work in what the operator has put into a root, as long as it is not another user's.
 * Never in what holds the server, or is held by it.
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

/** Of folders that all hold the same path, the longest is the nearest. */
function deepest(folders: readonly string[]): string | undefined {
  return folders.toSorted((a, b) => b.length - a.length)[0];
}

/** Above all accounts that a system or its containers hand out, and below those of `systemd-nspawn`. */
export const FIRST_UID = 1_100_000_000;
const UIDS = 500_000_000;

/**
 * The uid of a user's commands where the server is root. It is the user's and not the command's: what one command
 * made another has to be able to change, and git works only in folders of its own uid.
 */
export function uidOf({ userId }: Tenant): number {
  return FIRST_UID + (Number.parseInt(userId.slice(-8), 16) % UIDS);
}
