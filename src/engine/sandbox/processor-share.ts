/** The processors that commands may use, where no control group gives the server precedence. */
export interface ProcessorShare {
  /** In the format of `taskset --cpu-list`; null: all. */
  cpus: string | null;
  niceness: number;
}

/**
 * Reserves one processor for the server and the database. Niceness alone applies per process, so many
 * processes together would get more processor time, and where sessions are scheduled as groups (autogroup)
 * each new one counts as much as the server.
 * @param allowed the processors available to the server, as in `Cpus_allowed_list`: `0-2,5`
 * @param parallelism how many it may use at once: the quota of a container may be lower than its number of
 * processors
 */
export function processorShare(allowed: string, parallelism: number): ProcessorShare {
  const all = allowed.split(',').filter(Boolean).flatMap(range);
  const spare = Math.min(all.length, parallelism) - 1;
  if (spare < 1) return { cpus: all.at(-1)?.toString() ?? null, niceness: MOST_NICENESS };
  return { cpus: all.slice(-spare).join(','), niceness: NICENESS };
}

/** Niceness on processors that commands share with the server. */
const NICENESS = 10;
const MOST_NICENESS = 19;

/** With a control group, which has a weight for all commands together. */
export const WEIGHTED: ProcessorShare = { cpus: null, niceness: NICENESS };

function range(text: string): number[] {
  const [first, last = first] = text.split('-').map(Number);
  if (first === undefined || last === undefined || Number.isNaN(first)) return [];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
