import { Run, type RunFieldsFragment, Runs } from '../documents.ts';
import type { ActivityItem } from '../follow/follow-activity.ts';
import type { RunEvent } from '../follow/follow-run.ts';
import type { Polyphony } from '../polyphony.ts';
import { createFollowed, type Followed } from './followed.ts';

export interface TextState {
  /** The whole text so far. */
  text: string;
  /** The last event that is part of it. */
  seq: number;
  /** Whether the task has ended. */
  isDone: boolean;
  error: Error | null;
}

export function followedText(
  polyphony: Polyphony,
  taskId: string | null,
  begin: { text: string; after: number },
): Followed<TextState> {
  const initial = { text: begin.text, seq: begin.after, isDone: false, error: null };
  return createFollowed<TextState>(initial, async (state, update, signal) => {
    const { text, seq, isDone } = state();
    if (!taskId || isDone) return;
    for await (const part of polyphony.followText(taskId, { text, after: seq, signal }))
      update({ text: part.text, seq: part.seq });
    update({ isDone: true });
  });
}

export interface RunState {
  /** null: not known yet. */
  run: RunFieldsFragment | null;
  /** Its last event. */
  event: RunEvent | null;
  error: Error | null;
}

export function followedRun(polyphony: Polyphony, runId: string | null): Followed<RunState> {
  const initial: RunState = { run: null, event: null, error: null };
  return createFollowed<RunState>(initial, async (state, update, signal) => {
    if (!runId) return;
    const read = createReader(async () => {
      const { run } = await polyphony.query(Run, { id: runId }, { signal });
      update({ run });
    });
    for await (const event of polyphony.followRun(runId, { after: state().run?.lastSeq, signal })) {
      if (event.__typename === 'CurrentState') update({ run: event.run });
      else update({ event });
      if (!isText(event)) read.again();
    }
    await read.settled();
  });
}

/** What says nothing about the state of its run. */
function isText({ __typename: type }: RunEvent): boolean {
  return type === 'TokensGenerated' || type === 'ReasoningGenerated' || type === 'CurrentState';
}

/** Reads after each change, but not once for each of many changes. */
function createReader(read: () => Promise<void>) {
  let [isReading, isStale] = [false, false];
  let reading: Promise<void> = Promise.resolve();
  async function readAll(): Promise<void> {
    while (isStale) {
      isStale = false;
      await read();
    }
  }
  return {
    again(): void {
      isStale = true;
      if (isReading) return;
      isReading = true;
      reading = readAll().finally(() => {
        isReading = false;
      });
      // The error is that of `settled`.
      reading.catch(() => {});
    },
    settled: () => reading,
  };
}

export interface RunsState {
  /** The newest first. */
  runs: readonly RunFieldsFragment[];
  isLoading: boolean;
  error: Error | null;
}

export function followedRuns(polyphony: Polyphony, first: number): Followed<RunsState> {
  const initial: RunsState = { runs: [], isLoading: true, error: null };
  return createFollowed<RunsState>(initial, async (state, update, signal) => {
    for await (const item of polyphony.activity({ signal })) {
      // What happens from the first item on is delivered, so a list that is read after it stays complete.
      const runs = withItem(state(), item) ?? (await readRuns(polyphony, first, signal));
      update({ runs: newest(runs, first), isLoading: false });
    }
  });
}

type Listed = readonly RunFieldsFragment[];

async function readRuns(polyphony: Polyphony, first: number, signal: AbortSignal): Promise<Listed> {
  const { runs } = await polyphony.query(Runs, { first }, { signal });
  return runs?.nodes ?? [];
}

/** @returns null when the list has to be read: at the beginning, and when a run is gone, so that another one moves up */
function withItem({ runs, isLoading }: RunsState, item: ActivityItem): Listed | null {
  if (isLoading) return null;
  const { run } = item;
  const id = item.taskId ?? item.executionId ?? item.orchestrationId;
  const known = runs.find((one) => one.id === id);
  if (!run) return known ? null : runs;
  // A part of an execution, which the list has as a whole.
  if (run.__typename === 'Task' && run.execution) return runs;
  // The list may have been read after what this item says.
  if (known && known.lastSeq > run.lastSeq) return runs;
  return [...runs.filter((one) => one !== known), run];
}

function newest(runs: Listed, first: number): Listed {
  return runs.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, first);
}
