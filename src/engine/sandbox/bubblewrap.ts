import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { chown, type FileHandle, mkdtemp, open, readFile, readlink, realpath, rmdir } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { coerceError, DomainError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { FIRST_UID } from '../../rules/workspaces/workspace.ts';
import { inside, type Owner, systemRoot } from './bubblewrap-arguments.ts';
import type { Command } from './command.ts';
import { type ControlGroup, type ControlGroups, createControlGroups } from './control-groups.ts';
import { findControlGroup } from './find-control-group.ts';
import { innerProcess } from './inner-process.ts';
import { ENVIRONMENT, type Launch, type Launched, start, stdinOf } from './launch.ts';
import type { Limits } from './limits.ts';
import { type ProcessorShare, processorShare, WEIGHTED } from './processor-share.ts';
import { runProcess } from './run-process.ts';
import { systemCallFilter } from './system-calls.ts';

export interface BubblewrapSettings {
  searchPath: string;
  hidden: readonly string[];
  limits: Limits;
  log?: Pick<Log, 'info' | 'warn'>;
}

/**
 * Returns a function that launches commands in bubblewrap, after testing that it works. @throws DomainError
 * SANDBOX_UNAVAILABLE
 */
export async function createBubblewrap(settings: BubblewrapSettings): Promise<Launch> {
  const filter = systemCallFilter(process.arch);
  const root = [...(filter ? ['--seccomp', '4'] : []), ...(await systemRoot(settings))];
  const groups = await openControlGroups(settings);
  const launch: Launch = async (command) => {
    const folder = await openFolder(command.workspace);
    let group: ControlGroup | null = null;
    const close = async () => {
      await folder.handle.close();
      return group ? group.end() : null;
    };
    try {
      const owner = ownerOf(command.workspace, folder);
      const share = await shareIn(groups);
      const args = [...root, ...inside(command, { ...folder, owner, limits: settings.limits, ...share })];
      group = groups && (await enteredBy(command, groups));
      const { searchPath } = settings;
      const launched = await launchIn(searchPath, args, {
        owner,
        filter,
        share,
        group,
        stdin: stdinOf(command),
      });
      return { ...launched, folder: folder.path, close };
    } catch (error) {
      await close();
      throw error;
    }
  };
  await prove(launch, settings.limits);
  return launch;
}

/**
 * Control groups, in which the kernel accounts for each command and account; null where they are unavailable,
 * which is logged.
 */
async function openControlGroups({ limits, log }: BubblewrapSettings): Promise<ControlGroups | null> {
  try {
    const groups = await createControlGroups(await findControlGroup(), ['memory', 'pids', 'cpu'], limits);
    log?.info(`commands run in control groups that limit ${groups.controllers.join(', ')}`);
    return groups;
  } catch (error) {
    log?.warn(
      `control groups are unavailable, so the memory of commands is watched instead: ${coerceError(error).message}`,
    );
    return null;
  }
}

async function enteredBy({ accountId = '' }: Command, groups: ControlGroups): Promise<ControlGroup> {
  return groups.make(accountId).catch((error) => {
    throw new DomainError('SANDBOX_UNAVAILABLE', `no command can be started: ${coerceError(error).message}`);
  });
}

async function shareIn(groups: ControlGroups | null): Promise<ProcessorShare> {
  if (groups?.controllers.includes('cpu')) return WEIGHTED;
  const status = await readFile('/proc/self/status', 'utf8');
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '';
  return processorShare(allowed, availableParallelism());
}

interface Folder {
  handle: FileHandle;
  /** The path by its file descriptor. */
  path: string;
  uid: number;
  gid: number;
  /** Device and inode: they are checked again inside before anything runs in the folder. */
  identity: string;
}

/**
 * A command of another task may be running in a parent folder and can replace this folder with a link at any
 * time, so the path is only trusted for a folder that is held open.
 */
async function openFolder(path: string): Promise<Folder> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch(
    (error) => {
      throw unusable(path, coerceError(error).message);
    },
  );
  try {
    const real = await readlink(`/proc/self/fd/${handle.fd}`);
    if (real !== path) throw unusable(path, `it now leads to ${real}`);
    const { uid, gid, dev, ino } = await handle.stat({ bigint: true });
    const held = `/proc/self/fd/${handle.fd}`;
    return { handle, path: held, uid: Number(uid), gid: Number(gid), identity: `${dev}:${ino}` };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** null: the server is not root, and commands run under its own uid, the only one available. */
function ownerOf(path: string, { uid, gid }: Folder): Owner | null {
  if (process.getuid?.() !== 0) return null;
  if (uid !== 0) return { uid, gid };
  throw unusable(
    path,
    'it belongs to root, and commands do not run as root; assign it to another user with chown',
  );
}

function unusable(path: string, reason: string): DomainError {
  return new DomainError('SANDBOX_UNAVAILABLE', `commands cannot work in ${path}: ${reason}`);
}

interface Start {
  owner: Owner | null;
  filter: Buffer | null;
  share: ProcessorShare;
  group: ControlGroup | null;
  stdin: 'pipe' | 'ignore';
}

async function launchIn(
  searchPath: string,
  args: readonly string[],
  { owner, filter, share, group, stdin }: Start,
): Promise<Pick<Launched, 'child' | 'kill'>> {
  const child = await start(() =>
    spawn('/bin/sh', ['-c', BOUND, 'sh', group?.processes ?? '', share.cpus ?? '', ...args], {
      cwd: '/',
      env: { PATH: searchPath },
      // Ctrl-C in the terminal is meant for the server, which ends its commands in order.
      detached: true,
      // Descriptor 3 reports the inner process; bwrap reads the others.
      stdio: [stdin, 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    }),
  );
  const { uid, gid } = owner ?? { uid: process.getuid!(), gid: process.getgid!() };
  give(child, 4, filter ?? '');
  give(child, 5, `root:x:0:0::/:/bin/sh\nagent:x:${uid}:${gid}::${ENVIRONMENT.HOME}:/bin/bash\n`);
  give(child, 6, `root:x:0:\nagent:x:${gid}:\n`);
  // A loopback interface exists, for commands that start a server and connect to it.
  give(child, 7, '127.0.0.1 localhost sandbox\n::1 localhost\n');
  return { child, kill: innerProcess(child) };
}

/**
 * Commands are the first processes that the kernel kills when memory is short. They could revert that,
 * because their lower bound is the value last set with CAP_SYS_RESOURCE, which containers lack; so /proc is
 * read-only for them. They enter their control group and processor set before executing anything of their
 * own.
 */
const BOUND = `
echo 1000 >/proc/self/oom_score_adj
[ -z "$1" ] || echo 0 >"$1" || exit 126
[ -z "$2" ] || PATH=$PATH:/usr/bin:/bin taskset -cp "$2" $$ >/dev/null || exit 126
shift 2
exec bwrap "$@"`;

function give(child: ChildProcess, descriptor: number, content: string | Buffer): void {
  const pipe = child.stdio[descriptor] as Writable;
  // It may end before it has read its input; it has then reported why.
  pipe.on('error', () => {});
  pipe.end(content);
}

const ADVICE =
  'Install bubblewrap and util-linux (apt-get install bubblewrap util-linux), and let this user make namespaces: ' +
  'on Ubuntu sysctl kernel.apparmor_restrict_unprivileged_userns=0; in a container --cap-add SYS_ADMIN ' +
  '--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined. ' +
  'SANDBOX=none runs commands without a sandbox, with all rights of the server.';

/** Runs one command like all later ones, in a temporary folder. */
async function prove(launch: Launch, limits: Limits): Promise<void> {
  const workspace = await realpath(await mkdtemp(join(tmpdir(), 'polyphony-')));
  try {
    if (process.getuid?.() === 0) await chown(workspace, FIRST_UID, FIRST_UID);
    const signal = AbortSignal.timeout(PROOF_MS);
    const command: Command = { workspace, run: ['true'], timeoutMs: PROOF_MS, signal };
    const { exitCode, stderr } = await runProcess(launch, command, {
      limits,
      usage: null,
      // It needs almost no memory, and a machine short of memory must not count as having no sandbox.
      memory: { watch: () => () => {} },
    });
    if (exitCode !== 0) throw new Error(stderr.trim() || `it ended with exit code ${exitCode}`);
  } catch (thrown) {
    const cause = coerceError(thrown);
    const message = `This server has no sandbox for commands: ${cause.message}. ${ADVICE}`;
    throw new DomainError('SANDBOX_UNAVAILABLE', message, {}, { cause });
  } finally {
    await rmdir(workspace);
  }
}

const PROOF_MS = 10_000;
