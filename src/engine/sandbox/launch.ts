import { type ChildProcess, spawn } from 'node:child_process';
import { argvOf, type Command } from './command.ts';

/** A started command, and how to end all of it. */
export interface Launched {
  /** With pipes for stdout and stderr, and for stdin when there is something to read. */
  child: ChildProcess;
  /** Ends the command and what it started, at once; harmless when it has ended. */
  kill(): void;
}

export type Launch = (command: Command) => Promise<Launched>;

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

/** Without a sandbox. What left its process group cannot be found again, and stays alive. */
export const launchPlain: Launch = async (command) => {
  // A shell, so that a program that is not there is told as it is in a sandbox.
  const args = ['-c', 'exec "$@"', 'sh', ...argvOf(command)];
  // Detached: a process group of its own, so that one signal reaches all of it.
  const child = spawn('/bin/sh', args, {
    cwd: command.workspace,
    env: ENVIRONMENT,
    detached: true,
    stdio: [stdinOf(command), 'pipe', 'pipe'],
  });
  const kill = () => signalGroup(child);
  // What it left in the background would hold the pipes, and with them the result.
  child.once('exit', kill);
  return { child, kill };
};

function signalGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}
