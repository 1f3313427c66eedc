/** What a connection has reported about a task or an execution. */
export interface ReportedRun {
  /** Seq of the last event reported; 0: none. */
  seq: number;
  isMuted: boolean;
}

export type ReportedRuns = Map<string, ReportedRun>;

/** A connection may last long; it forgets the runs that were least recently reported. */
const MOST_RUNS = 10_000;

export function reportedRun(runs: ReportedRuns, id: string): ReportedRun {
  const told = runs.get(id) ?? { seq: 0, isMuted: false };
  runs.delete(id);
  runs.set(id, told);
  const [oldest] = runs.keys();
  if (runs.size > MOST_RUNS) runs.delete(oldest!);
  return told;
}

/** After the current state was sent, earlier events are not sent. */
export function markShown(runs: ReportedRuns, { id, lastSeq }: { id: string; lastSeq: number }): void {
  const told = reportedRun(runs, id);
  told.seq = Math.max(told.seq, lastSeq);
}
