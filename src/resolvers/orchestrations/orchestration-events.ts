import type { Context } from '../../context.ts';
import { type RunEvent, runEvents } from '../request/run-events.ts';
import { orchestration } from './orchestration.ts';

/**
 * The current state of the orchestration, then its log after `after`, without gaps, up to its last event.
 * @throws DomainError NOT_FOUND, BAD_CURSOR when `after` is beyond the log
 */
export async function orchestrationEvents(
  context: Context,
  id: string,
  after: number,
): Promise<AsyncIterable<RunEvent>> {
  const row = await orchestration(context, id);
  return runEvents(context, row, { orchestration: row }, after);
}
