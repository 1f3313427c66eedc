import { constants } from 'node:fs';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { hasCode } from '../../errors.ts';

/** The group of the server itself. A systemd unit with `DelegateSubgroup=polyphony-server` starts in it. */
export const SERVER_GROUP = 'polyphony-server';

/** The location of this process according to /proc. */
export interface Whereabouts {
  /** /proc/self/cgroup */
  groups: string;
  /** /proc/self/mountinfo */
  mounts: string;
}

/**
 * Path of the control group (v2) in which this process was started.
 * @throws Error that states why there is none
 */
export function ownControlGroup({ groups, mounts }: Whereabouts): string {
  const path = /^0::(.*)$/m.exec(groups)?.[1];
  if (path === undefined) throw new Error('this kernel has no control groups v2');
  // 36 35 0:30 ROOT MOUNT-POINT options - cgroup2 …
  const mount = /^\d+ \d+ \S+ (\S+) (\S+) .*- cgroup2 /m.exec(mounts);
  if (!mount) throw new Error('control groups v2 are not mounted');
  const below = relative(mount[1]!, path);
  // A path outside of this namespace begins with `/..`; relative() would shorten it.
  if (path.startsWith('/..') || below.startsWith('..'))
    throw new Error('its control group is not part of the mounted hierarchy');
  return join(mount[2]!, below);
}

/**
 * A control group below which others can be created. A group that delegates controllers must not contain
 * processes, so the server, and any processes started with it, moves into a leaf below it first.
 * @throws Error that states why there is none
 */
export async function findControlGroup(): Promise<string> {
  const [groups, mounts] = await Promise.all([
    readFile('/proc/self/cgroup', 'utf8'),
    readFile('/proc/self/mountinfo', 'utf8'),
  ]);
  const own = ownControlGroup({ groups, mounts });
  const base = basename(own) === SERVER_GROUP ? dirname(own) : own;
  await requireControllers(base);
  const isNamespaceRoot = /^0::\/(?:polyphony-server)?$/m.test(groups);
  if (!isNamespaceRoot) requireService(base);
  // Only the root of all groups has no type, and may contain processes.
  if (base === own && (await exists(join(base, 'cgroup.type')))) await enterLeaf(base);
  return base;
}

/** @throws Error when limits cannot be set below this group */
export async function requireControllers(base: string): Promise<void> {
  const available = (await readFile(join(base, 'cgroup.controllers'), 'utf8')).split(/\s+/);
  const missing = ['memory', 'pids'].filter((name) => !available.includes(name));
  if (missing.length > 0) throw new Error(`${base} has no controller for ${missing.join(' and ')}`);
  try {
    await Promise.all(
      ['.', 'cgroup.procs', 'cgroup.subtree_control'].map((name) => access(join(base, name), constants.W_OK)),
    );
  } catch {
    throw new Error(`this user cannot write to ${base}`);
  }
}

/**
 * Root can write to any group: the group is the server's own only if it was started as a service, not from a
 * terminal.
 */
function requireService(base: string): void {
  if (process.getuid?.() !== 0 || base.endsWith('.service')) return;
  throw new Error(
    `${base} is not the server's own control group, unlike that of a container or of a service with Delegate=yes`,
  );
}

/** Moves all processes of a group into a leaf below it. */
export async function enterLeaf(base: string): Promise<void> {
  const leaf = join(base, SERVER_GROUP);
  await mkdir(leaf, { recursive: true });
  for (let round = 0; round < ROUNDS; round += 1) {
    const pids = (await readFile(join(base, 'cgroup.procs'), 'utf8')).split('\n').filter(Boolean);
    if (pids.length === 0) return;
    for (const pid of pids) await move(pid, leaf);
  }
}

/** A process may have started another one meanwhile. */
const ROUNDS = 5;

async function move(pid: string, group: string): Promise<void> {
  try {
    await writeFile(join(group, 'cgroup.procs'), pid, { flag: 'r+' });
  } catch (error) {
    // It has ended.
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
