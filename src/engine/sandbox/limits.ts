const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** What one command may use up. Sizes in bytes, times in seconds. */
export interface Limits {
  /** Data of one process: heap and private mappings. `RLIMIT_AS` would stop V8 and Go, which reserve far more than they use. */
  memory: number;
  /** Processes and threads, of all commands that run under the same uid. */
  processes: number;
  openFiles: number;
  /** The longest file that can be written. */
  file: number;
  /** /tmp, which is memory. */
  temporary: number;
  /** What a working directory may hold at the end of a command that wrote to it. */
  workspace: number;
  /** What it may print: reading is the server's own time, even where next to nothing is kept. */
  output: number;
  /** What commands leave free of the disk, for the database above all. */
  diskReserve: number;
}

export const LIMITS: Limits = {
  memory: 1.5 * GiB,
  processes: 512,
  openFiles: 1024,
  file: 2 * GiB,
  temporary: 256 * MiB,
  workspace: 8 * GiB,
  output: 64 * MiB,
  diskReserve: 1 * GiB,
};
