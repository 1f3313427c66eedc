import { createContext, useContext, useMemo, useSyncExternalStore } from 'react';
import type { Polyphony } from '../polyphony.ts';
import type { Followed } from './followed.ts';
import {
  followedRun,
  followedRuns,
  followedText,
  type RunState,
  type RunsState,
  type TextState,
} from './states.ts';

export type { RunState, RunsState, TextState } from './states.ts';

const Context = createContext<Polyphony | null>(null);

/** Gives the hooks below it their client: `<PolyphonyProvider value={polyphony}>`. */
export const PolyphonyProvider = Context.Provider;

export function usePolyphony(): Polyphony {
  const polyphony = useContext(Context);
  if (!polyphony) throw new Error('a hook of polyphony-client is used outside of PolyphonyProvider');
  return polyphony;
}

/**
 * The text of a task while it grows.
 * @param taskId null: none yet
 * @param begin `Task.output` and `Task.lastSeq`, where they are known, to continue from there
 */
export function useText(taskId: string | null, begin: { text?: string; after?: number } = {}): TextState {
  const polyphony = usePolyphony();
  const followed = useMemo(
    () => followedText(polyphony, taskId, { text: begin.text ?? '', after: begin.after ?? 0 }),
    [polyphony, taskId, begin.text, begin.after],
  );
  return useFollowed(followed);
}

/** The current state of a run of any kind, and its last event. @param runId null: none yet */
export function useRun(runId: string | null): RunState {
  const polyphony = usePolyphony();
  return useFollowed(useMemo(() => followedRun(polyphony, runId), [polyphony, runId]));
}

/** The newest runs of the account, of all kinds, kept up to date. */
export function useRuns({ first = 20 }: { first?: number } = {}): RunsState {
  const polyphony = usePolyphony();
  return useFollowed(useMemo(() => followedRuns(polyphony, first), [polyphony, first]));
}

function useFollowed<State>({ subscribe, getSnapshot }: Followed<State>): State {
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot);
}
