/** Milliseconds from start to end of runs that completed or failed; null: there are none. */
export interface RunDurations {
  finishedRuns: number;
  averageMs: number | null;
  /** Estimated within 3 %: durations within 5 % of each other count as their average. */
  p50Ms: number | null;
  p95Ms: number | null;
}

/** Runs with about the same duration, and the sum of their durations. */
export interface DurationBucket {
  count: number;
  ms: number;
}

/** @param buckets the shortest first */
export function durationsOf(buckets: readonly DurationBucket[]): RunDurations {
  const finishedRuns = buckets.reduce((sum, { count }) => sum + count, 0);
  if (finishedRuns === 0) return { finishedRuns, averageMs: null, p50Ms: null, p95Ms: null };
  const percentile = (share: number) => {
    const position = share * (finishedRuns - 1);
    const below = durationAt(buckets, Math.floor(position));
    return below + (durationAt(buckets, Math.ceil(position)) - below) * (position % 1);
  };
  const averageMs = buckets.reduce((sum, { ms }) => sum + ms, 0) / finishedRuns;
  return { finishedRuns, averageMs, p50Ms: percentile(0.5), p95Ms: percentile(0.95) };
}

/** The duration of the run at an index, in their order. */
function durationAt(buckets: readonly DurationBucket[], index: number): number {
  let before = 0;
  for (const { count, ms } of buckets) {
    before += count;
    if (index < before) return ms / count;
  }
  throw new RangeError(`no run has the index ${index}`);
}
