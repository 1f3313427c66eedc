/** What commands may use of the processors, where no control group gives the server precedence. */
export interface ProcessorShare {
  /** As `taskset --cpu-list` takes it; null: all. */
  cpus: string | null;
  niceness: number;
}

/**
 * Leaves one processor to the server and the database: precedence alone is by process, so many processes together
 * would have more of it, and where sessions are scheduled as groups (autogroup) each new one counts as much as the
 * server.
 * @param allowed the processors that the server may use, as in `Cpus_allowed_list`: `0-2,5`.
 * @param parallelism how many it may use at once: a container's quota may be less than its processors.
 */
export function processorShare(allowed: string, parallelism: number): ProcessorShare {
  const all = allowed.split(',').filter(Boolean).flatMap(range);
  const spare = Math.min(all.length, parallelism) - 1;
  if (spare < 1) return { cpus: all.at(-1)?.toString() ?? null, niceness: MOST_NICENESS };
  return { cpus: all.slice(-spare).join(','), niceness: NICENESS };
}

/** For those that commands share with the server when it needs more than one. */
const NICENESS = 10;
const MOST_NICENESS = 19;

/** With a control group, which has a weight for all commands together. */
export const WEIGHTED: ProcessorShare = { cpus: null, niceness: NICENESS };

function range(text: string): number[] {
  const [first, last = first] = text.split('-').map(Number);
  if (first === undefined || last === undefined || Number.isNaN(first)) return [];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
