import { type ChildProcess, spawn } from 'node:child_process';
import { chown, mkdtemp, readFile, realpath, rmdir } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Writable } from 'node:stream';
import { coerceError, DomainError } from '../../../errors.ts';
import { isolationProblem } from '../../../rules/workspaces/isolation-problem.ts';
import { FIRST_UID } from '../../../rules/workspaces/workspace.ts';
import type { Command } from '../command.ts';
import type { ControlGroup, ControlGroups } from '../control-groups.ts';
import type { Limits } from '../limits.ts';
import { type ProcessorShare, processorShare, WEIGHTED } from '../processor-share.ts';
import { runProcess } from '../run-process.ts';
import { openFolder, ownerOf } from './held-folder.ts';
import { innerProcess } from './inner-process.ts';
import { type Invocation, type IsolatedCommand, type Isolation, isRoot, type Owner } from './isolation.ts';
import { readKernelSettings } from './kernel-settings.ts';
import { ENVIRONMENT, type Launch, type Launched, start, stdinOf } from './launch.ts';
import { readSystemRoot } from './system-root.ts';

export interface IsolatedSettings {
  /** Where to search for the programs that isolate, in the format of PATH; only absolute entries are used. */
  searchPath: string;
  /** Folders to hide from commands, if they are inside the system folders. */
  hidden: readonly string[];
  limits: Limits;
  /** null: the memory of commands is watched instead. */
  groups: ControlGroups | null;
}

/**
 * Returns a function that launches isolated commands, after testing that it works.
 * @throws Error that states why it does not
 */
export async function createIsolatedLaunch(
  isolation: Isolation,
  settings: IsolatedSettings,
): Promise<Launch> {
  if (process.platform !== 'linux') throw new Error('commands can be isolated only on Linux');
  const { limits, groups } = settings;
  const searchPath = absoluteIn(settings.searchPath);
  const root = await readSystemRoot(settings.hidden);
  const launch: Launch = async (command) => {
    const folder = await openFolder(command.workspace);
    let group: ControlGroup | null = null;
    const close = async () => {
      await folder.handle.close();
      return group ? group.end() : null;
    };
    try {
      const owner = ownerOf(command.workspace, folder);
      const { cpus, niceness } = await shareIn(groups);
      const { identity } = folder;
      const etcFiles = accountFiles(owner);
      const isolated: IsolatedCommand = { command, owner, identity, niceness, limits, etcFiles };
      const invocation = isolation.invocationOf(isolated, root);
      group = groups && (await enteredBy(command, groups));
      const bounds = [group?.processes ?? '', cpus ?? ''];
      const stdin = stdinOf(command);
      const launched = await launchIn(invocation, { searchPath, bounds, cwd: folder.path, stdin });
      return { ...launched, folder: folder.path, close };
    } catch (error) {
      await close();
      throw error;
    }
  };
  await testLaunch(launch, isolation, limits);
  return launch;
}

/**
 * The programs that isolate are started in the folder of the command, where a relative or empty entry would find
 * what the command has put there. An empty search path is such an entry, too.
 */
function absoluteIn(searchPath: string): string {
  return searchPath.split(':').filter(isAbsolute).join(':') || ENVIRONMENT.PATH;
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

/** Files in /etc that name the user of the command and the loopback addresses. */
function accountFiles({ uid, gid }: Owner): Record<string, string> {
  return {
    '/etc/passwd': `root:x:0:0::/:/bin/sh\nagent:x:${uid}:${gid}::${ENVIRONMENT.HOME}:/bin/bash\n`,
    '/etc/group': `root:x:0:\nagent:x:${gid}:\n`,
    // A loopback interface exists, for commands that start a server and connect to it.
    '/etc/hosts': '127.0.0.1 localhost sandbox\n::1 localhost\n',
  };
}

interface Start {
  searchPath: string;
  /** The arguments of BOUND that come before the program. */
  bounds: readonly string[];
  cwd: string;
  stdin: 'pipe' | 'ignore';
}

async function launchIn(
  { argv, inputs }: Invocation,
  { searchPath, bounds, cwd, stdin }: Start,
): Promise<Pick<Launched, 'child' | 'kill'>> {
  const child = await start(() =>
    spawn('/bin/sh', ['-c', BOUND, 'sh', ...bounds, ...argv], {
      cwd,
      env: { PATH: searchPath },
      // Ctrl-C in the terminal is meant for the server, which ends its commands in order.
      detached: true,
      // Descriptor 3 reports the inner process.
      stdio: [stdin, 'pipe', 'pipe', 'pipe', ...inputs.map(() => 'pipe' as const)],
    }),
  );
  for (const [index, content] of inputs.entries()) writeInput(child, FIRST_INPUT + index, content);
  return { child, kill: innerProcess(child) };
}

const FIRST_INPUT = 4;

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
exec "$@"`;

function writeInput(child: ChildProcess, descriptor: number, content: string | Buffer): void {
  const pipe = child.stdio[descriptor] as Writable;
  // It may end before it has read its input; it has then reported why.
  pipe.on('error', () => {});
  pipe.end(content);
}

/** The machine may only be busy, so the isolation may work later. */
export class TestTimedOut extends Error {}

/** Runs a test command in a temporary folder, as all later commands are run. @throws Error that states why it fails */
async function testLaunch(launch: Launch, { test }: Isolation, limits: Limits): Promise<void> {
  const workspace = await realpath(await mkdtemp(join(tmpdir(), 'polyphony-')));
  try {
    if (isRoot()) await chown(workspace, FIRST_UID, FIRST_UID);
    const { signal } = new AbortController();
    const command: Command = { workspace, run: test, timeoutMs: TEST_MS, signal };
    const { exitCode, stderr, timedOut } = await runProcess(launch, command, {
      limits,
      usage: null,
      // It needs almost no memory, and a machine short of memory must not count as having no sandbox.
      memory: { watch: () => () => {} },
    });
    if (timedOut) throw new TestTimedOut(`a test command did not end within ${TEST_MS / 1000} seconds`);
    if (exitCode === 0) return;
    if (stderr.trim() === '') throw new Error(`a test command ended with exit code ${exitCode}`);
    throw new Error(isolationProblem(stderr, await readKernelSettings()));
  } finally {
    // A folder that cannot be deleted does no harm, and does not mean that the sandbox fails.
    await rmdir(workspace).catch(() => {});
  }
}

const TEST_MS = 10_000;
