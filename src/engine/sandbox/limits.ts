import { availableParallelism, totalmem } from 'node:os';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** What one command may use up. Sizes in bytes. */
export interface Limits {
  /**
   * Of a command with all its processes, shared memory included, which is looked at while it runs. At once: data of
   * one process, heap and private mappings. `RLIMIT_AS` would stop V8 and Go, which reserve far more than they use.
   */
  memory: number;
  /** The same of all commands of an account, and of all accounts. */
  accountMemory: number;
  allMemory: number;
  /** What the machine keeps available: below it commands are ended, the largest first; below half of it all of them. */
  memoryReserve: number;
  /** Processes and threads, of all commands that run under the same uid. */
  processes: number;
  openFiles: number;
  /** The longest file that can be written. */
  file: number;
  /** /tmp, which is memory. */
  temporary: number;
  /** What an account's own working directories may hold together, at the end of a command that wrote to them. */
  account: number;
  /** The same of one elsewhere, which an operator has put into a root. */
  workspace: number;
  /** How long that may take to find out; what takes longer counts as too much. */
  measuringMs: number;
  /** What it may print: reading is the server's own time, even where next to nothing is kept. */
  output: number;
  /** What commands leave free of the disk, for the database above all. With less, none starts. */
  diskReserve: number;
  /** Commands at once, of an account and of all; others wait. */
  commandsPerAccount: number;
  commands: number;
}

/** Memory of the machine, or of the container around this process. @param constrained 0 when that is unknown. */
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
