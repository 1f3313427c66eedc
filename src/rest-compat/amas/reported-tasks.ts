/** What a connection has reported about a task. */
export interface ReportedTask {
  /** All events from the first to the last of these; null: none. Others have not been sent. */
  seqs: { first: number; last: number } | null;
  /** null: none. */
  percentage: number | null;
  isMuted: boolean;
  /** The last seq of the replay in progress. */
  replayTo: number;
  /** During the replay. */
  replayedTitle: string | null;
  agent: { id: string; name: string } | null;
}

export type ReportedTasks = Map<string, ReportedTask>;

/** A connection may last long; it forgets the tasks that were least recently reported. */
const MOST_TASKS = 10_000;

export function reportedTask(tasks: ReportedTasks, id: string): ReportedTask {
  const told = tasks.get(id) ?? untold();
  tasks.delete(id);
  tasks.set(id, told);
  const [oldest] = tasks.keys();
  if (tasks.size > MOST_TASKS) tasks.delete(oldest!);
  return told;
}

function untold(): ReportedTask {
  return {
    seqs: null,
    percentage: null,
    isMuted: false,
    replayTo: 0,
    replayedTitle: null,
    agent: null,
  };
}

export function wasReported({ seqs }: ReportedTask, seq: number): boolean {
  return seqs !== null && seq >= seqs.first && seq <= seqs.last;
}

/** Live events are sent without a gap. */
export function markReported(told: ReportedTask, seq: number): void {
  told.seqs = { first: told.seqs?.first ?? seq, last: seq };
}

/** A replay omits nothing. */
export function markReplayed(told: ReportedTask): void {
  told.seqs = { first: 1, last: Math.max(told.replayTo, told.seqs?.last ?? 0) };
  told.replayedTitle = null;
}

/** @returns false when the same or a higher percentage was sent: percentages only rise */
export function raisePercentage(told: ReportedTask, percentage: number): boolean {
  if (told.percentage !== null && percentage <= told.percentage) return false;
  told.percentage = percentage;
  return true;
}
