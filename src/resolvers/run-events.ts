import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { LoggedEvent } from '../store/events.ts';
import type { ExecutionRow } from '../store/executions.ts';
import { followRun } from '../store/follow-run.ts';
import type { TaskRow } from '../store/tasks.ts';
import { stoppable } from './stoppable.ts';

/** The present, not a fact of the log: it has no number of its own. */
export interface CurrentState {
  type: 'CurrentState';
  seq: 0;
  attempt: number;
  at: Date;
  /** Whichever it is. */
  task: TaskRow | null;
  execution: ExecutionRow | null;
}

export type RunEvent = CurrentState | LoggedEvent;

/**
 * A run's present state, then its log after `after`, gapless, to its ending.
 * @throws DomainError BAD_CURSOR when `after` lies beyond the log.
 */
export function stateThenLog(
  context: Context,
  subject: Pick<CurrentState, 'task' | 'execution'>,
  after: number,
): AsyncIterable<RunEvent> {
  const run = (subject.task ?? subject.execution)!;
  if (after < 0 || after > run.lastSeq) {
    const message = `after: must be the last seq that you saw, 0 to ${run.lastSeq}; got ${after}`;
    throw new DomainError('BAD_CURSOR', message, { field: 'after' });
  }
  return stoppable((signal) => follow(context, subject, after, signal));
}

async function* follow(
  context: Context,
  subject: Pick<CurrentState, 'task' | 'execution'>,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void, undefined> {
  const run = (subject.task ?? subject.execution)!;
  yield { type: 'CurrentState', seq: 0, attempt: run.attempt, at: new Date(), ...subject };
  if (run.completedAt !== null && after === run.lastSeq) return;
  yield* followRun(context.store, run.id, after, signal);
}
