import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { RunEvent } from 'polyphony-client';
import { usePolyphony } from 'polyphony-client/react';
import { useEffect, useState } from 'react';
import { type EventType, RunDetails, type RunDetailsQuery } from '../documents.ts';
import { createRefresher } from '../live/refresher.ts';
import { isOpen } from '../parts/status.tsx';

export type Run = NonNullable<RunDetailsQuery['run']>;

/** What explains a run; progress and text are shown elsewhere. */
const MILESTONES: EventType[] = ['ATTEMPT_STARTED', 'MODEL_CALL_FAILED', 'INPUT_REQUESTED'];

/** Details are read again at most this often. */
const DETAILS_MS = 500;

/** The details of a run, read again after its events, and the number of its last event. */
export function useRun(id: string) {
  const polyphony = usePolyphony();
  const queries = useQueryClient();
  const [lastSeq, setLastSeq] = useState(0);
  const details = useQuery({
    queryKey: ['run', id],
    queryFn: ({ signal }) => polyphony.query(RunDetails, { id, milestones: MILESTONES }, { signal }),
  });
  const run = details.data?.run ?? null;
  const isFollowed = run !== null && isOpen(run.status);
  const after = run?.lastSeq ?? 0;
  // It follows from what was read first; what is read later is no reason to begin anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (!isFollowed) return;
    const controller = new AbortController();
    const { signal } = controller;
    const state = createRefresher(() => queries.invalidateQueries({ queryKey: ['run', id] }), DETAILS_MS);
    let latest = after;
    // The rows of the log that are in sight are read for each number that is shown.
    const numbers = createRefresher(async () => setLastSeq(latest), DETAILS_MS);
    async function follow() {
      for await (const event of polyphony.followRun(id, { after, signal })) {
        latest = event.seq;
        numbers.refresh();
        if (changesState(event)) state.refresh();
      }
    }
    // Whatever ended it, the state says so.
    follow()
      .catch(() => {})
      .finally(() => signal.aborted || state.refresh());
    return () => {
      controller.abort();
      state.stop();
      numbers.stop();
    };
  }, [polyphony, queries, id, isFollowed]);
  return { ...details, run, lastSeq: Math.max(lastSeq, after) };
}

/** Text grows by itself, and the state that a connection begins with is known. */
function changesState({ __typename: type }: RunEvent): boolean {
  return type !== 'TokensGenerated' && type !== 'ReasoningGenerated' && type !== 'CurrentState';
}
