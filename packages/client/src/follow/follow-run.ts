import { RunEvents, type RunEventsSubscription } from '../documents.ts';
import type { Subscribe } from './subscribe.ts';

/** An event of a run, with every field of its type. Its `__typename` distinguishes it. */
export type RunEvent = NonNullable<RunEventsSubscription['runEvents']>;

export interface FollowOptions {
  /** The last `seq` that was processed; default: from the beginning. */
  after?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** The current state, then each event of the log after `after` once, until the last one of the run. */
export async function* followRun(
  subscribe: Subscribe,
  runId: string,
  { after = 0, signal }: FollowOptions = {},
): AsyncGenerator<RunEvent, void, undefined> {
  for await (const { runEvents } of subscribe(RunEvents, { runId, after }, { signal })) {
    if (runEvents) yield runEvents;
  }
}
