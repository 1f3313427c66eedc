import type { Context } from '../../context.ts';
import type { LoggedEvent } from '../../store/log/events.ts';
import { followRun } from '../../store/log/follow-run.ts';
import type { RunKind } from '../../vocabulary.ts';
import { requireLogPosition } from '../request/log-position.ts';
import { ownRun, type RunRows } from '../request/own-run.ts';
import { stoppable } from '../request/stoppable.ts';

/** The state of a run when a subscription begins. It is not an event of the log and has no number of its own. */
export interface CurrentState {
  type: 'CurrentState';
  seq: 0;
  attempt: number;
  at: Date;
  run: RunRows[RunKind];
  /** The position in the log after which the events follow. */
  after: number;
}

export type RunEvent = CurrentState | LoggedEvent;

/**
 * A run's current state, then its log after `after`, without gaps, until its last event.
 * @param field the argument that names the run
 * @throws DomainError NOT_FOUND, BAD_CURSOR when `after` is beyond the log.
 */
export async function runEvents(
  context: Context,
  { kind, id, field }: { kind: RunKind; id: string; field: string },
  after: number,
): Promise<AsyncIterable<RunEvent>> {
  const run = await ownRun(context, kind, id, field);
  requireLogPosition(run, after);
  if (context.resumption) context.resumption.isOver = run.endedAt !== null && after === run.lastSeq;
  return stoppable((signal) => stateThenLog(context, run, after, signal));
}

async function* stateThenLog(
  context: Context,
  run: RunRows[RunKind],
  after: number,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void, undefined> {
  yield { type: 'CurrentState', seq: 0, attempt: run.attempt, at: new Date(), run, after };
  if (run.endedAt !== null && after === run.lastSeq) return;
  yield* followRun(context.store, run.id, after, signal);
}
