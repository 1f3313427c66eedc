import { type ChildProcess, spawn } from 'node:child_process';
import { coerceError, DomainError } from '../../errors.ts';
import { argvOf, type Command } from './command.ts';

/** A started command, and how to end all of it. */
export interface Launched {
  /** With pipes for stdout and stderr, and for stdin when there is something to read. */
  child: ChildProcess;
  /** Ends the command and what it started, at once; harmless when it has ended. */
  kill(): void;
  /** Leads to the working directory until `close`, whatever is put in its place. */
  folder: string;
  /** When all of it has ended. @returns why the kernel ended it, or null. */
  close(): Promise<string | null>;
}

/** @throws DomainError SANDBOX_UNAVAILABLE when nothing could be started. */
export type Launch = (command: Command) => Promise<Launched>;

/** A failed start is thrown or an event, and where descriptors are short there are not even pipes. */
export async function start(spawnChild: () => ChildProcess): Promise<ChildProcess> {
  try {
    const child = spawnChild();
    const failure = new Promise<Error>((resolve) => child.on('error', resolve));
    if (child.pid === undefined) throw await failure;
    return child;
  } catch (thrown) {
    const cause = coerceError(thrown);
    throw new DomainError(
      'SANDBOX_UNAVAILABLE',
      `no command can be started: ${cause.message}`,
      {},
      { cause },
    );
  }
}

/** All that a command finds in its environment: ours holds secrets. */
export const ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin',
  HOME: '/tmp',
  LANG: 'C.UTF-8',
  TERM: 'dumb',
};

/** bash takes a socket, which is what a pipe of Node's is, for a remote login's, and reads its start-up files. */
export function stdinOf({ stdin }: Command): 'pipe' | 'ignore' {
  return stdin === undefined ? 'ignore' : 'pipe';
}

/** Where the server is root, working directories belong to others, and git would not touch them. */
const TRUST_IN_FOLDERS = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
};

/** Without a sandbox. What left its process group cannot be found again, and stays alive. */
export const launchPlain: Launch = async (command) => {
  // A shell, so that a program that is not there is told as it is in a sandbox.
  const args = ['-c', 'exec "$@"', 'sh', ...argvOf(command)];
  // Detached: a process group of its own, so that one signal reaches all of it.
  const child = await start(() =>
    spawn('/bin/sh', args, {
      cwd: command.workspace,
      env: { ...ENVIRONMENT, ...TRUST_IN_FOLDERS },
      detached: true,
      stdio: [stdinOf(command), 'pipe', 'pipe'],
    }),
  );
  const kill = () => signalGroup(child);
  // What it left in the background would hold the pipes, and with them the result.
  child.once('exit', kill);
  return { child, kill, folder: command.workspace, close: async () => null };
};

function signalGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}
