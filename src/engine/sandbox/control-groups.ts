import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { hasCode } from '../../errors.ts';
import type { Limits } from './limits.ts';

/** The control group (v2) of one command. */
export interface ControlGroup {
  /** A process that writes 0 to it enters the group, with all processes that it starts. */
  processes: string;
  /**
   * Kills the remaining processes and removes the group. @returns why the kernel ended the command, or null
   */
  end(): Promise<string | null>;
}

export interface ControlGroups {
  /** Which limits the kernel enforces: memory, pids and, where available, cpu. */
  controllers: readonly string[];
  make(accountId: string): Promise<ControlGroup>;
}

export type GroupLimits = Pick<Limits, 'memory' | 'accountMemory' | 'allMemory' | 'processes'>;

const PREFIX = 'polyphony-commands-';
/** Weight of all commands together; the server's own group has 100. */
const WEIGHT = 10;

type Settings = Readonly<Record<string, number>>;

function settingsFor(limits: GroupLimits): Record<'all' | 'account' | 'command', Settings> {
  const pids = { 'pids.max': limits.processes };
  return {
    all: { ...memory(limits.allMemory), 'cpu.weight': WEIGHT },
    account: { ...memory(limits.accountMemory), ...pids },
    // If one process of a command is killed for its memory, the others are killed too.
    command: { ...memory(limits.memory), 'memory.oom.group': 1, ...pids },
  };
}

/** The kernel counts heap, shared pages (mapped or not), tmpfs, sockets and page cache. */
function memory(bytes: number): Settings {
  return { 'memory.max': Math.floor(bytes), 'memory.swap.max': 0 };
}

/**
 * Groups below `base`: one for this process, in it one for each account with commands, in it one for each
 * command. Leftovers of killed processes are removed first.
 * @throws Error when groups cannot be created or entered, or do not accept the limits
 */
export async function createControlGroups(
  base: string,
  wanted: readonly string[],
  limits: GroupLimits,
): Promise<ControlGroups> {
  const available = (await readFile(join(base, 'cgroup.controllers'), 'utf8')).split(/\s+/);
  const controllers = wanted.filter((name) => available.includes(name));
  const settings = settingsFor(limits);
  await sweep(base);
  const root = join(base, `${PREFIX}${process.pid}-${(await startOf(process.pid)) ?? 0}`);
  await passOn(base, controllers);
  await makeGroup(root, settings.all, controllers);
  await passOn(root, controllers);
  let last = 0;
  const makeIn = async (account: string): Promise<string> => {
    last += 1;
    const group = join(account, `command-${last}-${crypto.randomUUID()}`);
    await makeGroup(account, settings.account, controllers);
    await passOn(account, controllers);
    await makeGroup(group, settings.command, controllers);
    return group;
  };
  const groups: ControlGroups = {
    controllers,
    async make(accountId) {
      const account = join(root, `account-${encodeURIComponent(accountId)}`);
      const group = await again(() => makeIn(account));
      return { processes: join(group, 'cgroup.procs'), end: () => end(group, account, limits) };
    },
  };
  await prove(groups);
  return groups;
}

async function makeGroup(group: string, settings: Settings, controllers: readonly string[]): Promise<void> {
  await mkdir(group, { recursive: true });
  for (const [file, value] of Object.entries(settings)) {
    if (!controllers.includes(file.split('.')[0]!)) continue;
    // Does not exist on kernels without swap accounting.
    await put(group, file, value, file === 'memory.swap.max' ? 'ENOENT' : undefined);
  }
}

async function passOn(group: string, controllers: readonly string[]): Promise<void> {
  if (controllers.length === 0) return;
  await put(group, 'cgroup.subtree_control', controllers.map((name) => `+${name}`).join(' '));
}

/** Files of the kernel are written, never created. */
async function put(group: string, file: string, value: number | string, harmless?: string): Promise<void> {
  try {
    await writeFile(join(group, file), String(value), { flag: 'r+' });
  } catch (error) {
    if (harmless === undefined || !hasCode(error, harmless)) throw error;
  }
}

/** The group of an account is removed with its last command, possibly while its next command begins. */
async function again<T>(attempt: () => Promise<T>, tries = 5): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (tries <= 1 || !hasCode(error, 'ENOENT', 'ENODEV')) throw error;
    return again(attempt, tries - 1);
  }
}

async function end(group: string, account: string, limits: GroupLimits): Promise<string | null> {
  const reason = await excessOf(group, account, limits);
  await remove(group);
  await removeEmpty(account);
  return reason;
}

async function excessOf(group: string, account: string, limits: GroupLimits): Promise<string | null> {
  const own = await events(group);
  if (!own.oom_kill) return null;
  // `oom` is counted in the group whose limit was exceeded: its own, its account's, or the one of all
  // commands.
  if (own.oom) return `it used more than the allowed ${mebibytes(limits.memory)} of memory`;
  return (await events(account)).oom
    ? `the commands of its account used more than the allowed ${mebibytes(limits.accountMemory)} of memory`
    : 'all commands together used more memory than allowed';
}

/** Counts of this group alone; empty where memory is not accounted for. */
async function events(group: string): Promise<Record<string, number>> {
  const text = await readFile(join(group, 'memory.events.local'), 'utf8').catch(() => '');
  return Object.fromEntries(
    text.split('\n').map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1] ?? 0)]),
  );
}

/** Kills all processes in a group, and removes it once the kernel permits. */
async function remove(group: string): Promise<void> {
  // Since Linux 5.14. On older kernels, processes of a command end with the first process of its namespace.
  await put(group, 'cgroup.kill', 1, 'ENOENT');
  for (let tries = 0; tries < REMOVE_TRIES; tries += 1) {
    if (await removeEmpty(group)) return;
    await delay(REMOVE_EVERY_MS);
  }
  // The next start removes it.
}

const REMOVE_TRIES = 200;
const REMOVE_EVERY_MS = 10;

/** @returns whether it was removed */
async function removeEmpty(group: string): Promise<boolean> {
  try {
    await rmdir(group);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return true;
    if (hasCode(error, 'EBUSY', 'ENOTEMPTY')) return false;
    throw error;
  }
}

/** Removes the groups of processes that no longer exist. */
async function sweep(base: string): Promise<void> {
  const names = (await readdir(base)).filter((name) => name.startsWith(PREFIX));
  for (const name of names) {
    const [pid, start] = name.slice(PREFIX.length).split('-');
    if ((await startOf(Number(pid))) !== start) await removeAll(join(base, name));
  }
}

async function removeAll(group: string): Promise<void> {
  const children = await readdir(group, { withFileTypes: true }).catch(() => []);
  for (const child of children) if (child.isDirectory()) await removeAll(join(group, child.name));
  // Another process may be removing it at the same time.
  await remove(group).catch(() => {});
}

/** When a process started, in ticks since boot; null if there is no process with that id. */
async function startOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // Field 22; the name in the fields before may contain anything.
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

/** Enters one group as commands will do. */
async function prove(groups: ControlGroups): Promise<void> {
  const group = await groups.make('proof');
  try {
    await promisify(execFile)('/bin/sh', ['-c', 'echo 0 >"$1"', 'sh', group.processes]);
  } finally {
    await group.end();
  }
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20).toLocaleString('en')} MiB`;
}
