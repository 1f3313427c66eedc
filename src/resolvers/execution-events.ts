import type { Context } from '../context.ts';
import { execution } from './execution.ts';
import { type RunEvent, stateThenLog } from './run-events.ts';

/** @throws DomainError NOT_FOUND, BAD_CURSOR when `after` lies beyond the log. */
export async function executionEvents(
  context: Context,
  id: string,
  after: number,
): Promise<AsyncIterable<RunEvent>> {
  const row = await execution(context, id, 'executionId');
  return stateThenLog(context, { task: null, execution: row }, after);
}
