import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import type { LoggedEvent } from '../../store/log/events.ts';
import { followRun } from '../../store/log/follow-run.ts';
import type { OrchestrationRow } from '../../store/orchestrations/orchestrations.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';
import type { ExecutionRow } from '../../store/workflows/executions.ts';
import { stoppable } from './stoppable.ts';

/** The current state is not an event of the log and has no number. */
export interface CurrentState {
  type: 'CurrentState';
  seq: 0;
  attempt: number;
  at: Date;
  /** The run in the field of its kind; the others are null. */
  task: TaskRow | null;
  orchestration: OrchestrationRow | null;
  execution: ExecutionRow | null;
}

export type RunEvent = CurrentState | LoggedEvent;

type State = Pick<CurrentState, 'task' | 'orchestration' | 'execution'>;
type FollowedRun = Pick<TaskRow, 'id' | 'attempt' | 'lastSeq' | 'completedAt'>;

/**
 * The current state of a run, then its log after `after`, without gaps, up to its last event.
 * @throws DomainError BAD_CURSOR when `after` is beyond the log
 */
export function runEvents(
  context: Context,
  run: FollowedRun,
  state: Partial<State>,
  after: number,
): AsyncIterable<RunEvent> {
  if (after < 0 || after > run.lastSeq) {
    const message = `after: must be the last seq that you received, 0 to ${run.lastSeq}; got ${after}`;
    throw new DomainError('BAD_CURSOR', message, { field: 'after' });
  }
  const known = { task: null, orchestration: null, execution: null, ...state };
  return stoppable((signal) => stateThenLog(context, run, known, after, signal));
}

async function* stateThenLog(
  context: Context,
  run: FollowedRun,
  state: State,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void, undefined> {
  yield { type: 'CurrentState', seq: 0, attempt: run.attempt, at: new Date(), ...state };
  if (run.completedAt !== null && after === run.lastSeq) return;
  yield* followRun(context.store, run.id, after, signal);
}
