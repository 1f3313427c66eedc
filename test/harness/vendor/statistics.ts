export interface VendorStats {
  /** Answers in progress, streamed or not, hanging ones included. */
  readonly open: number;
  /** The most that were ever open together. */
  readonly peak: number;
  /** Requests received, whatever became of them. */
  readonly total: number;
  /** Answers whose client closed the connection before the end. */
  readonly aborted: number;
  /** Requests that were refused or whose answer was spoilt by a fault. */
  readonly faults: number;
  /** Text, reasoning and tool deltas written. */
  readonly deltas: number;
}

export type Predicate = (stats: VendorStats) => boolean;

export interface Statistics {
  now(): VendorStats;
  add(change: Partial<Record<Exclude<keyof VendorStats, 'peak'>, number>>): void;
  /** Resolves at the first change after which the predicate holds, at once if it holds already. */
  waitFor(predicate: Predicate, timeoutMs: number): Promise<void>;
}

interface Waiter {
  readonly predicate: Predicate;
  readonly resolve: () => void;
}

export function createStatistics(): Statistics {
  let stats: VendorStats = { open: 0, peak: 0, total: 0, aborted: 0, faults: 0, deltas: 0 };
  const waiters = new Set<Waiter>();

  const now = (): VendorStats => stats;

  function add({
    open = 0,
    total = 0,
    aborted = 0,
    faults = 0,
    deltas = 0,
  }: Parameters<Statistics['add']>[0]): void {
    stats = {
      open: stats.open + open,
      peak: Math.max(stats.peak, stats.open + open),
      total: stats.total + total,
      aborted: stats.aborted + aborted,
      faults: stats.faults + faults,
      deltas: stats.deltas + deltas,
    };
    for (const waiter of waiters) if (waiter.predicate(stats)) waiter.resolve();
  }

  function waitFor(predicate: Predicate, timeoutMs: number): Promise<void> {
    if (predicate(stats)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => (): void => {
        clearTimeout(timer);
        waiters.delete(waiter);
        finish();
      };
      const late = (): void =>
        reject(new Error(`The vendor did not get there in ${timeoutMs} ms: ${JSON.stringify(stats)}`));
      const waiter: Waiter = { predicate, resolve: settle(resolve) };
      const timer = setTimeout(settle(late), timeoutMs);
      waiters.add(waiter);
    });
  }

  return { now, add, waitFor };
}
