import { readFileSync } from 'node:fs';
import { innerCommand, within } from './inner-command.ts';
import { type IsolatedCommand, type Isolation, isRoot, type Owner } from './isolation.ts';
import { ENVIRONMENT } from './launch.ts';
import type { SystemRoot } from './system-root.ts';
import { MAKE_ROOT, NEW_ROOT, SEALED, WAIT } from './unshare-scripts.ts';

/**
 * Isolates commands with the programs of util-linux alone. They install no filter of system calls, so commands can do
 * what only the filter prevents.
 *
 * A command is in two user namespaces. In the outer one its user is root, as `mount` requires, and makes what
 * the command sees; in the inner one it has its own uid, and no rights over those mounts. No third one can be created,
 * in which it would have rights again.
 */
export const UNSHARE: Isolation = {
  name: 'unshare',
  invocationOf(isolated, root) {
    const { command, owner } = isolated;
    return {
      argv: [
        ...(isRoot() ? droppingRoot(isolated) : ['setpriv', '--pdeathsig', 'KILL', '--']),
        // Maps the uid before the network namespace exists: otherwise no user in it owns its loopback interface.
        ...['unshare', '--user', '--map-root-user', '--'],
        ...['unshare', '--mount', '--pid', '--ipc', '--uts', '--cgroup'],
        ...[...(command.isOnline ? [] : ['--net']), '--', '/bin/bash', '-c', WAIT, 'bash'],
        // Otherwise `kill 0` of a command would reach the processes outside.
        ...['setpriv', '--pdeathsig', 'KILL', '--', 'setsid', '/bin/bash', '-c', MAKE_ROOT, 'bash'],
        ...rootArguments(isolated, root),
        ...['env', '-i', ...Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${value}`)],
        ...asUser(owner),
        ...['/bin/bash', '-c', SEALED, 'bash'],
        // A command can take control of the first process, which is of the same user.
        ...within(isolated.limits, command),
        ...innerCommand(isolated, []),
      ],
      inputs: [],
    };
  },
  test: `! unshare --user true 2>/dev/null && ! echo 1 2>/dev/null >/proc/self/oom_score_adj &&
    grep -q '^CapBnd:[[:space:]]0*$' /proc/self/status && exec 3<>/dev/udp/127.0.0.1/9`,
};

/**
 * Namespaces are created by the user of the command, so that nothing in them has root's rights outside. The one
 * capability that is kept lets it create them where other users may not, and is lost with the first of them.
 */
function droppingRoot({ owner: { uid, gid }, limits }: IsolatedCommand): string[] {
  const kept = mayAdministrate() ? ',+sys_admin' : '';
  return [
    ...['setpriv', '--reuid', String(uid), '--regid', String(gid), '--clear-groups', '--pdeathsig', 'KILL'],
    ...[`--inh-caps=-all${kept}`, `--ambient-caps=-all${kept}`, '--'],
    // Limits all processes of this user together; a limit that is set inside counts only those of its namespace.
    ...['prlimit', `--nproc=${limits.processes}`, '--'],
  ];
}

function asUser({ uid, gid }: Owner): string[] {
  return [
    ...['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--keep-caps', '--'],
    ...['setpriv', '--no-new-privs', '--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all', '--'],
  ];
}

const CAP_SYS_ADMIN = 1n << 21n;

/** A server that is root in a container may lack capabilities that root has elsewhere. */
function mayAdministrate(): boolean {
  const [, capabilities = '0'] =
    /^CapEff:\s*([\da-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return (BigInt(`0x${capabilities}`) & CAP_SYS_ADMIN) !== 0n;
}

const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'].map((name) => `/dev/${name}`);
const READ_ONLY = 'rbind,ro,nosuid,nodev';

/** The arguments of MAKE_ROOT. */
function rootArguments({ command, etcFiles, limits }: IsolatedCommand, root: SystemRoot): string[] {
  const bound = [...root.folders.map((path) => ({ path, isFolder: true })), ...root.ofEtc];
  const folders = [...bound.filter(({ isFolder }) => isFolder).map(({ path }) => path), ...OWN_FOLDERS];
  const files = [...bound.filter(({ isFolder }) => !isFolder).map(({ path }) => path), ...DEVICES];
  const mounts = [
    // A file may have been removed since the server found it.
    ...bound.map(({ path }) => mount(path, path, 'none', `${READ_ONLY},nofail`)),
    ...DEVICES.map((path) => mount(path, path, 'none', 'bind,nosuid')),
    mount('proc', '/proc', 'proc', 'nosuid,nodev,noexec'),
    mount('devpts', '/dev/pts', 'devpts', 'newinstance,ptmxmode=0666,mode=620,nosuid,noexec'),
    temporary('/dev/shm', limits.temporary / 4),
    temporary('/tmp', limits.temporary),
    ...root.hidden.map((path) => mount('none', path, 'tmpfs', 'ro,mode=0755,size=65536,nosuid,nodev')),
  ];
  return [
    ...[command.workspace, command.isReading ? 'ro' : 'rw', command.isOnline ? 'shared' : 'own'],
    ...[lines(folders.map(inRoot)), lines(files.map(inRoot)), lines(root.links.map(({ path }) => path))],
    ...[mounts.join(''), String(Object.keys(etcFiles).length), ...Object.entries(etcFiles).flat()],
  ];
}

const OWN_FOLDERS = ['/etc/ssl', '/dev/pts', '/dev/shm', '/proc', '/tmp'];

const inRoot = (path: string): string => `${NEW_ROOT}${path}`;
const lines = (paths: readonly string[]): string => paths.join('\n');

function temporary(path: string, bytes: number): string {
  return mount('none', path, 'tmpfs', `mode=1777,size=${bytes},nosuid,nodev`);
}

/** A line of fstab, in which blanks and backslashes are octal. */
function mount(source: string, path: string, type: string, options: string): string {
  const escaped = (text: string) =>
    text.replace(/[\s\\]/g, (found) => `\\${found.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `${escaped(source)} ${escaped(inRoot(path))} ${type} ${options} 0 0\n`;
}
