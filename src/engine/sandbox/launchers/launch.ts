import { type ChildProcess, spawn } from 'node:child_process';
import { coerceError, DomainError } from '../../../errors.ts';
import { argvOf, type Command } from '../command.ts';

/** A started command, with a function to end all its processes. */
export interface Launched {
  /** With pipes for stdout and stderr, and for stdin if the command has input. */
  child: ChildProcess;
  /** Kills the command and the processes it started; has no effect once it has ended. */
  kill(): void;
  /** Leads to the working directory until `close`, even if its path is replaced. */
  folder: string;
  /** Waits until all processes have ended. @returns why the kernel ended the command, or null */
  close(): Promise<string | null>;
}

/** @throws DomainError SANDBOX_UNAVAILABLE when nothing could be started */
export type Launch = (command: Command) => Promise<Launched>;

/** A failed start is thrown or emitted as an event; if descriptors are exhausted there are not even pipes. */
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

/** The complete environment of a command: the server's own contains secrets. */
export const ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin',
  HOME: '/tmp',
  LANG: 'C.UTF-8',
  TERM: 'dumb',
};

/**
 * bash treats a socket as stdin (Node's pipes are sockets) as a remote login, and reads its start-up files.
 */
export function stdinOf({ stdin }: Command): 'pipe' | 'ignore' {
  return stdin === undefined ? 'ignore' : 'pipe';
}

/** If the server is root, working directories belong to other users, and git would refuse to use them. */
const TRUST_IN_FOLDERS = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
};

/** Without a sandbox. Processes that left the process group cannot be found and stay alive. */
export const launchPlain: Launch = async (command) => {
  // Uses a shell, so that a missing program is reported as it is in a sandbox.
  const args = ['-c', 'exec "$@"', 'sh', ...argvOf(command)];
  // Detached, to create a process group that one signal reaches completely.
  const child = await start(() =>
    spawn('/bin/sh', args, {
      cwd: command.workspace,
      env: { ...ENVIRONMENT, ...TRUST_IN_FOLDERS },
      detached: true,
      stdio: [stdinOf(command), 'pipe', 'pipe'],
    }),
  );
  const kill = () => signalGroup(child);
  // Remaining background processes would keep the pipes open and delay the result.
  child.once('exit', kill);
  return { child, kill, folder: command.workspace, close: async () => null };
};

function signalGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group no longer exists.
  }
}
