import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from '../../errors.ts';
import { argvOf, type Command } from './command.ts';
import { ENVIRONMENT } from './launch.ts';
import type { Limits } from './limits.ts';

/** The user that a command runs as. */
export interface Owner {
  uid: number;
  gid: number;
}

/** Folders of programs and libraries. On most systems all except the first are links into it. */
const SYSTEM_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
/** Files that programs need; user accounts are our own, so that those of the system are not disclosed. */
const OF_ETC = [
  ...['alternatives', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'localtime', 'mime.types', 'protocols'],
  ...['services', 'ssl/certs', 'ssl/openssl.cnf', 'terminfo', 'timezone'],
];

/** Debian's JDK links to its configuration here, and does not start without it: `java-17-openjdk`. */
async function javaFolders(): Promise<string[]> {
  return (await readdir('/etc')).filter((name) => /^java-\d+-openjdk$/.test(name));
}

/** The arguments of bwrap that are the same for all commands. */
export async function systemRoot(settings: { hidden: readonly string[]; limits: Limits }): Promise<string[]> {
  const isRoot = process.getuid?.() === 0;
  return [
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(isRoot ? ROOTS_CAPABILITIES : ['--unshare-user']),
    // The first process is our own and is waited for by bwrap; bwrap's own would outlive it as a zombie.
    ...['--as-pid-1', '--die-with-parent', '--new-session', '--hostname', 'sandbox'],
    ...['--clearenv', ...Object.entries(ENVIRONMENT).flatMap(([name, value]) => ['--setenv', name, value])],
    ...(await Promise.all(SYSTEM_FOLDERS.map(systemFolder))).flat(),
    ...['--perms', '0755', '--dir', '/etc', '--perms', '0755', '--dir', '/etc/ssl'],
    ...[...OF_ETC, ...(await javaFolders())].flatMap((name) => [
      '--ro-bind-try',
      `/etc/${name}`,
      `/etc/${name}`,
    ]),
    ...['--perms', '0444', '--ro-bind-data', '5', '/etc/passwd'],
    ...['--perms', '0444', '--ro-bind-data', '6', '/etc/group'],
    ...['--perms', '0444', '--ro-bind-data', '7', '/etc/hosts'],
    ...['--dev', '/dev', '--proc', '/proc'],
    ...temporary('/dev/shm', settings.limits.temporary / 4),
    ...temporary('/tmp', settings.limits.temporary),
    ...(await coverHidden(settings.hidden)),
  ];
}

/** Sufficient to switch to another user, and to enter folders on the path that are closed to other users. */
const ROOTS_CAPABILITIES = [
  ...['--cap-drop', 'ALL', '--cap-add', 'CAP_SETUID', '--cap-add', 'CAP_SETGID'],
  ...['--cap-add', 'CAP_SETPCAP', '--cap-add', 'CAP_DAC_READ_SEARCH'],
];

function temporary(path: string, bytes: number): string[] {
  return ['--perms', '1777', '--size', String(bytes), '--tmpfs', path];
}

async function systemFolder(path: string): Promise<string[]> {
  try {
    const isLink = (await lstat(path)).isSymbolicLink();
    return isLink ? ['--symlink', await readlink(path), path] : ['--ro-bind', path, path];
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Otherwise an application in /usr/src/app, for example, would be visible with all its secrets. */
async function coverHidden(hidden: readonly string[]): Promise<string[]> {
  const real = await Promise.all(hidden.map((path) => realpath(path).catch(() => path)));
  const seen = real.filter((path) => SYSTEM_FOLDERS.some((folder) => path.startsWith(`${folder}/`)));
  const options = ['--perms', '0755', '--size', '65536'];
  return seen.flatMap((path) => [...options, '--tmpfs', path, '--remount-ro', path]);
}

/** The arguments of bwrap for one command. Its folder has the same path inside as outside. */
export function inside(
  command: Command,
  {
    identity,
    owner,
    limits,
    niceness,
  }: { identity: string; owner: Owner | null; limits: Limits; niceness: number },
): string[] {
  const { workspace } = command;
  return [
    ...(command.isOnline ? [] : ['--unshare-net']),
    // bwrap would create them closed to other users, unlike those outside.
    ...ancestors(workspace).flatMap((path) => ['--perms', '0755', '--dir', path]),
    ...[
      command.isReading ? '--ro-bind' : '--bind',
      workspace,
      workspace,
      '--chdir',
      workspace,
      '--remount-ro',
      '/dev',
      '--remount-ro',
      '/proc',
      '--remount-ro',
      '/',
    ],
    ...['--info-fd', '3', '--', '/bin/bash', '-c', FIRST_PROCESS, 'bash', identity, String(niceness)],
    ...(owner ? becoming(owner) : []),
    ...within(limits, command),
    ...argvOf(command),
  ];
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === '/' ? [] : [...ancestors(parent), parent];
}

/**
 * It stays, reaps children, and must not be signalled from inside. Commands get lower priority than the
 * server when processor time is short. Descriptors that the server inherited from its supervisor are closed.
 */
const FIRST_PROCESS = `
for inherited in /proc/self/fd/*; do
  inherited=\${inherited##*/}
  [ "$inherited" -le 2 ] || eval "exec $inherited>&-"
done
[ "$(stat -c %d:%i .)" = "$1" ] || { echo 'the working directory was replaced' >&2; exit 126; }
niceness=$2
shift 2
nice -n "$niceness" "$@"
exit $?`;

function becoming({ uid, gid }: Owner): string[] {
  return [
    ...['setpriv', '--reuid', String(uid), '--regid', String(gid), '--clear-groups', '--no-new-privs'],
    ...['--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all', '--'],
  ];
}

function within(limits: Limits, { timeoutMs, maxFileBytes = limits.file }: Command): string[] {
  const { memory, processes, openFiles } = limits;
  const cpuSeconds = Math.ceil(timeoutMs / 1000) + 1;
  return [
    ...[
      'prlimit',
      `--data=${memory}`,
      `--nproc=${processes}`,
      `--nofile=${openFiles}`,
      `--fsize=${maxFileBytes}`,
    ],
    ...[`--cpu=${cpuSeconds}`, '--core=0', '--'],
  ];
}
