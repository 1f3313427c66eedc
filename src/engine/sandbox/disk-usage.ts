import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FreeSpace, freeSpace } from '../../data-dir/free-space.ts';
import { DomainError } from '../../errors.ts';
import type { Command } from './command.ts';
import type { Limits } from './limits.ts';

/** Decrease of free disk space after which folders are measured, which requires walking all of them. */
export const NOTICEABLE = 64 * 2 ** 20;
/** Minimum number of free inodes, on file systems that count them. */
const FILE_RESERVE = 10_000;
/** How far above its quota an account may be and still run commands, which can then only delete. */
const GRACE = 2 ** 30;
/** Older measurements are not used: space freed by one account may hide what another wrote. */
const MEASURED_MS = 600_000;

type DiskLimits = Pick<Limits, 'diskReserve' | 'workspace' | 'account' | 'measuringMs'>;

export interface DiskUsage {
  /**
   * @returns why the command may only delete, or null
   * @throws DomainError DISK_RESERVE_REACHED, DISK_QUOTA_EXCEEDED when it must not start
   */
  admit(command: Command): Promise<string | null>;
  /** Measures again. @returns why the command must end, or null */
  excessOf(command: Command): Promise<string | null>;
}

interface Measured {
  excess: string | null;
  isFarOver: boolean;
}

const WITHIN: Measured = { excess: null, isFarOver: false };

/** Disk usage of all working directories by account, measured after free disk space has decreased. */
export function createDiskUsage(limits: DiskLimits, roots: readonly string[]): DiskUsage {
  const known = new Map<string, { bytes: number; free: number; at: number }>();
  const underway = new Map<string, Promise<Measured>>();
  const look = async (command: Command) => {
    const { folders, limit, what } = measuredFor(command, limits, await withReal(roots));
    const free = await freeSpace(command.workspace).then(
      ({ bytes }) => bytes,
      () => 0,
    );
    const bytes = await sizeOf(folders, limits.measuringMs);
    const excess = excessIn(bytes, limit, what, limits);
    const isFarOver = bytes !== null && bytes > limit + GRACE;
    // A failed measurement is repeated at the next command.
    if (bytes === null) known.delete(keyOf(command));
    else known.set(keyOf(command), { bytes, free, at: performance.now() });
    return { excess, isFarOver };
  };
  // Concurrent commands in the same folders share one walk.
  const measure = (command: Command) => {
    const key = keyOf(command);
    const looking = underway.get(key) ?? look(command).finally(() => underway.delete(key));
    underway.set(key, looking);
    return looking;
  };
  return {
    async admit(command) {
      const free = await freeSpace(command.workspace).catch((error: Error) => {
        throw new DomainError('SANDBOX_UNAVAILABLE', `commands cannot work there: ${error.message}`);
      });
      const shortage = diskShortage(free, limits);
      if (shortage) throw new DomainError('DISK_RESERVE_REACHED', `no command can start: ${shortage}`);
      const last = known.get(keyOf(command));
      const { limit } = measuredFor(command, limits, await withReal(roots));
      const most = last && last.bytes + Math.max(0, last.free - free.bytes) + NOTICEABLE;
      const isFresh = last && most! < limit && performance.now() - last.at < MEASURED_MS;
      const { excess, isFarOver } = isFresh ? WITHIN : await measure(command);
      if (isFarOver) throw new DomainError('DISK_QUOTA_EXCEEDED', `no command can start: ${excess}`);
      return excess;
    },
    excessOf: async (command) => (await measure(command)).excess,
  };
}

function keyOf({ accountId, workspace }: Command): string {
  return accountId ?? workspace;
}

/** Paths of sessions begin with the root as configured, those of tasks with its real path. */
async function withReal(roots: readonly string[]): Promise<string[]> {
  const real = await Promise.all(roots.map((root) => realpath(root).catch(() => root)));
  return [...new Set([...roots, ...real])];
}

/**
 * The folders of an account are measured together; a folder elsewhere that the operator permits has a limit
 * of its own.
 */
function measuredFor(
  { accountId, workspace }: Command,
  limits: DiskLimits,
  roots: readonly string[],
): { folders: string[]; limit: number; what: string } {
  const own = accountId === undefined ? [] : roots.map((root) => join(root, accountId));
  if (own.some((folder) => workspace.startsWith(`${folder}/`))) {
    return { folders: own, limit: limits.account, what: 'the working directories of the account hold' };
  }
  return { folders: [workspace], limit: limits.workspace, what: 'the working directory holds' };
}

function excessIn(
  bytes: number | null,
  limit: number,
  what: string,
  { measuringMs }: DiskLimits,
): string | null {
  if (bytes === null) return `the size of ${what} could not be determined within ${measuringMs / 1000} s`;
  if (bytes <= limit) return null;
  return `${what} ${mebibytes(bytes)}, and the limit is ${mebibytes(limit)}`;
}

/** @returns what is short at the moment, or null */
export function diskShortage(
  { bytes, files }: FreeSpace,
  { diskReserve }: Pick<Limits, 'diskReserve'>,
): string | null {
  if (bytes < diskReserve) {
    return `the server's disk has only ${mebibytes(bytes)} left, and ${mebibytes(diskReserve)} are reserved`;
  }
  if (files === null || files >= FILE_RESERVE) return null;
  return `the server's disk can hold only ${files} more files, and ${FILE_RESERVE} are reserved`;
}

/** As root of a user namespace, du can read folders that a command has closed to its own account. */
const AS_ROOT = ['unshare', '--map-root-user'];

/** @returns bytes; null when it took too long or nothing could be measured */
async function sizeOf(folders: readonly string[], timeout: number): Promise<number | null> {
  const isPlain = process.getuid?.() === 0 || process.platform !== 'linux';
  const [program = '', ...args] = [...(isPlain ? [] : AS_ROOT), 'du', '-skxc', '--', ...folders];
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  const result = await promisify(execFile)(program, args, { timeout, env, maxBuffer: 2 ** 24 }).catch(
    // du fails when files vanish meanwhile, but has then counted all others.
    (error: { stdout?: string; killed?: boolean }) => (error.killed ? null : error),
  );
  const total = /^(\d+)\s+total$/m.exec(result?.stdout ?? '');
  return total ? Number(total[1]) * 1024 : null;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20).toLocaleString('en')} MiB`;
}
