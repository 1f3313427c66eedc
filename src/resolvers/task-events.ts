import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { attemptStart } from '../store/event-log.ts';
import type { LoggedEvent } from '../store/events.ts';
import { followRun } from '../store/follow-run.ts';
import type { TaskRow } from '../store/tasks.ts';
import { stoppable } from './stoppable.ts';
import { task } from './task.ts';

/** The present, not a fact of the log: it has no number of its own. */
export interface CurrentState {
  type: 'CurrentState';
  seq: 0;
  attempt: number;
  at: Date;
  task: TaskRow;
}

export type TaskEvent = CurrentState | LoggedEvent;

/**
 * The task's present state, then its log after `after`, gapless, to its ending.
 * @throws DomainError NOT_FOUND, BAD_CURSOR when `after` lies beyond the log.
 */
export async function taskEvents(
  context: Context,
  id: string,
  after: number,
): Promise<AsyncIterable<TaskEvent>> {
  const row = await task(context, id);
  if (after < 0 || after > row.lastSeq) {
    const message = `after: must be the last seq that you saw, 0 to ${row.lastSeq}; got ${after}`;
    throw new DomainError('BAD_CURSOR', message, { field: 'after' });
  }
  return stoppable((signal) => stateThenLog(context, row, after, signal));
}

async function* stateThenLog(
  context: Context,
  row: TaskRow,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<TaskEvent, void, undefined> {
  yield { type: 'CurrentState', seq: 0, attempt: row.attempt, at: new Date(), task: row };
  if (row.completedAt !== null && after === row.lastSeq) return;
  yield* followRun(context.store, row.id, after, signal);
}

/** The text of the present attempt and what comes after, as plain pieces. */
export async function tokens(context: Context, id: string): Promise<AsyncIterable<string>> {
  const row = await task(context, id);
  const from = await attemptStart(context.store.database, row.id);
  return stoppable((signal) => textOnly(followRun(context.store, row.id, from, signal)));
}

async function* textOnly(events: AsyncIterable<LoggedEvent>): AsyncGenerator<string, void, undefined> {
  for await (const event of events) {
    if (event.type === 'TokensGenerated') yield event.data.text;
  }
}
