import { availableParallelism, totalmem } from 'node:os';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** Resource limits of commands. Sizes in bytes. */
export interface Limits {
  /**
   * Of a command with all its processes, including shared memory, checked while it runs. Enforced
   * immediately: the data segment of one process (heap and private mappings). `RLIMIT_AS` would stop V8 and
   * Go, which reserve far more than they use.
   */
  memory: number;
  /** The same for all commands of an account, and for all accounts. */
  accountMemory: number;
  allMemory: number;
  /**
   * Memory of the machine to keep available: below it commands are ended, the largest first; below half of it
   * all of them.
   */
  memoryReserve: number;
  /** Processes and threads of all commands that run under the same uid. */
  processes: number;
  openFiles: number;
  /** Maximum size of a file that is written. */
  file: number;
  /** Size of /tmp, which is in memory. */
  temporary: number;
  /**
   * Total size of the working directories of an account, checked at the end of commands that wrote to them.
   */
  account: number;
  /** The same for one working directory elsewhere that the operator placed in a root. */
  workspace: number;
  /** Time limit for measuring; a measurement that takes longer counts as exceeding the limit. */
  measuringMs: number;
  /** Maximum output: reading it takes time of the server, even if little of it is kept. */
  output: number;
  /** Disk space to keep free, mainly for the database. With less, no command starts. */
  diskReserve: number;
  /** Concurrent commands, of an account and in total; further ones wait. */
  commandsPerAccount: number;
  commands: number;
}

/** Memory of the machine, or of the container around this process. @param constrained 0 when unknown */
export function memoryOf(total: number, constrained: number): number {
  return constrained > 0 ? Math.min(total, constrained) : total;
}

const MEMORY = memoryOf(totalmem(), process.constrainedMemory());

export const LIMITS: Limits = {
  memory: 1.5 * GiB,
  accountMemory: 3 * GiB,
  allMemory: MEMORY / 2,
  memoryReserve: Math.min(MEMORY / 10, 512 * MiB + availableParallelism() * 128 * MiB),
  processes: 512,
  openFiles: 1024,
  file: 2 * GiB,
  temporary: 256 * MiB,
  account: 8 * GiB,
  workspace: 8 * GiB,
  measuringMs: 30_000,
  output: 64 * MiB,
  diskReserve: 1 * GiB,
  commandsPerAccount: 4,
  commands: 16,
};
