/** What a connection has told of a task or an execution. */
export interface ToldRun {
  /** The last fact of its log; 0: none. */
  seq: number;
  isMuted: boolean;
}

export type ToldRuns = Map<string, ToldRun>;

/** A connection may last; of the runs that were spoken of longest ago it knows no more. */
const MOST_RUNS = 10_000;

export function toldRun(runs: ToldRuns, id: string): ToldRun {
  const told = runs.get(id) ?? { seq: 0, isMuted: false };
  runs.delete(id);
  runs.set(id, told);
  const [oldest] = runs.keys();
  if (runs.size > MOST_RUNS) runs.delete(oldest!);
  return told;
}

/** Who was shown how it is need not be told how it came to that. */
export function markShown(runs: ToldRuns, { id, lastSeq }: { id: string; lastSeq: number }): void {
  const told = toldRun(runs, id);
  told.seq = Math.max(told.seq, lastSeq);
}
