/** What a connection has told of a task. */
export interface ToldTask {
  /** All facts from the first to the last of these; null: none. What lies outside was not told. */
  seqs: { first: number; last: number } | null;
  /** null: none. */
  percentage: number | null;
  isMuted: boolean;
  /** The last seq of the replay that is going on. */
  replayTo: number;
  /** As long as that goes on. */
  replayedTitle: string | null;
  agent: { id: string; name: string } | null;
}

export type ToldTasks = Map<string, ToldTask>;

/** A connection may last; of the tasks that were spoken of longest ago it knows no more. */
const MOST_TASKS = 10_000;

export function toldTask(tasks: ToldTasks, id: string): ToldTask {
  const told = tasks.get(id) ?? untold();
  tasks.delete(id);
  tasks.set(id, told);
  const [oldest] = tasks.keys();
  if (tasks.size > MOST_TASKS) tasks.delete(oldest!);
  return told;
}

function untold(): ToldTask {
  return {
    seqs: null,
    percentage: null,
    isMuted: false,
    replayTo: 0,
    replayedTitle: null,
    agent: null,
  };
}

export function wasTold({ seqs }: ToldTask, seq: number): boolean {
  return seqs !== null && seq >= seqs.first && seq <= seqs.last;
}

/** What comes live is told without a gap. */
export function markTold(told: ToldTask, seq: number): void {
  told.seqs = { first: told.seqs?.first ?? seq, last: seq };
}

/** A replay leaves nothing out. */
export function markReplayed(told: ToldTask): void {
  told.seqs = { first: 1, last: Math.max(told.replayTo, told.seqs?.last ?? 0) };
  told.replayedTitle = null;
}

/** @returns false when it was told as much already: percentages only rise. */
export function raisePercentage(told: ToldTask, percentage: number): boolean {
  if (told.percentage !== null && percentage <= told.percentage) return false;
  told.percentage = percentage;
  return true;
}
