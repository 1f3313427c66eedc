import { dirname } from 'node:path';
import { innerCommand } from './inner-command.ts';
import { type IsolatedCommand, type Isolation, isRoot, type Owner } from './isolation.ts';
import { ENVIRONMENT } from './launch.ts';
import { systemCallFilter } from './system-calls.ts';
import type { SystemRoot } from './system-root.ts';

/** Isolates commands with namespaces and a filter of system calls. */
export const BUBBLEWRAP: Isolation = {
  name: 'bubblewrap',
  invocationOf(isolated, root) {
    const filter = systemCallFilter(process.arch);
    const files = Object.entries(isolated.etcFiles);
    const inputs = [...files.map(([, content]) => content), ...(filter ? [filter] : [])];
    return {
      argv: [
        'bwrap',
        ...(filter ? ['--seccomp', String(FIRST_INPUT + files.length)] : []),
        ...systemArguments(root, isolated),
        ...ownArguments(isolated),
      ],
      inputs,
    };
  },
  test: ['true'],
};

const FIRST_INPUT = 4;

function systemArguments(
  { folders, links, ofEtc, hidden }: SystemRoot,
  { etcFiles, limits }: IsolatedCommand,
): string[] {
  return [
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(isRoot() ? CAPABILITIES_OF_ROOT : ['--unshare-user']),
    // The first process is our own and is waited for by bwrap; bwrap's own would outlive it as a zombie.
    ...['--as-pid-1', '--die-with-parent', '--new-session', '--hostname', 'sandbox'],
    ...['--clearenv', ...Object.entries(ENVIRONMENT).flatMap(([name, value]) => ['--setenv', name, value])],
    ...folders.flatMap((path) => ['--ro-bind', path, path]),
    ...links.flatMap(({ path, target }) => ['--symlink', target, path]),
    ...['--perms', '0755', '--dir', '/etc', '--perms', '0755', '--dir', '/etc/ssl'],
    ...ofEtc.flatMap(({ path }) => ['--ro-bind-try', path, path]),
    ...Object.keys(etcFiles).flatMap((path, index) => [
      ...['--perms', '0444', '--ro-bind-data', String(FIRST_INPUT + index), path],
    ]),
    ...['--dev', '/dev', '--proc', '/proc'],
    ...temporary('/dev/shm', limits.temporary / 4),
    ...temporary('/tmp', limits.temporary),
    ...hidden.flatMap((path) => [...HIDING, '--tmpfs', path, '--remount-ro', path]),
  ];
}

/** Sufficient to switch to another user, and to enter folders on the path that are closed to other users. */
const CAPABILITIES_OF_ROOT = [
  ...['--cap-drop', 'ALL', '--cap-add', 'CAP_SETUID', '--cap-add', 'CAP_SETGID'],
  ...['--cap-add', 'CAP_SETPCAP', '--cap-add', 'CAP_DAC_READ_SEARCH'],
];

const HIDING = ['--perms', '0755', '--size', '65536'];

function temporary(path: string, bytes: number): string[] {
  return ['--perms', '1777', '--size', String(bytes), '--tmpfs', path];
}

/** Arguments for one command. Its folder has the same path inside as outside. */
function ownArguments(isolated: IsolatedCommand): string[] {
  const { command, owner } = isolated;
  const { workspace } = command;
  return [
    ...(command.isOnline ? [] : ['--unshare-net']),
    // bwrap would create them closed to other users, unlike those outside.
    ...ancestors(workspace).flatMap((path) => ['--perms', '0755', '--dir', path]),
    ...[command.isReading ? '--ro-bind' : '--bind', workspace, workspace, '--chdir', workspace],
    ...['--remount-ro', '/dev', '--remount-ro', '/proc', '--remount-ro', '/'],
    ...['--info-fd', '3', '--', ...innerCommand(isolated, isRoot() ? asUser(owner) : [])],
  ];
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === '/' ? [] : [...ancestors(parent), parent];
}

function asUser({ uid, gid }: Owner): string[] {
  return [
    ...['setpriv', '--reuid', String(uid), '--regid', String(gid), '--clear-groups', '--no-new-privs'],
    ...['--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all', '--'],
  ];
}
