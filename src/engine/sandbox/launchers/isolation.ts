import type { IsolationName } from '../../../rules/workspaces/isolation.ts';
import type { Command } from '../command.ts';
import type { Limits } from '../limits.ts';
import type { SystemRoot } from './system-root.ts';

/** The user that a command runs as. */
export interface Owner {
  uid: number;
  gid: number;
}

/** A command to isolate, with the user, folder and limits that it gets. */
export interface IsolatedCommand {
  command: Command;
  owner: Owner;
  /** Device and inode of the working directory. */
  identity: string;
  niceness: number;
  limits: Limits;
  /** Contents of the files in /etc that commands see instead of the machine's own, by path. */
  etcFiles: Readonly<Record<string, string>>;
}

/** How to start the program that isolates a command. */
export interface Invocation {
  /**
   * The program and its arguments. It is started in the working directory, reports the first process of the
   * command's pid namespace to descriptor 3 as `"child-pid": 123`, and ends as that process does.
   */
  argv: readonly string[];
  /** What it reads from descriptors 4, 5, … */
  inputs: readonly (string | Buffer)[];
}

/**
 * One of the ways to isolate commands. All of them pass the tests in `test/engine/sandbox`; docs/operations.md lists
 * what differs.
 */
export interface Isolation {
  name: IsolationName;
  invocationOf(isolated: IsolatedCommand, root: SystemRoot): Invocation;
  /** A command that succeeds inside if the isolation works. */
  test: Command['run'];
}

export const isRoot = (): boolean => process.getuid?.() === 0;
