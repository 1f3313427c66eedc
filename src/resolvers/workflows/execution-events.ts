import type { Context } from '../../context.ts';
import { type RunEvent, runEvents } from '../request/run-events.ts';
import { execution } from './execution.ts';

/** @throws DomainError NOT_FOUND, BAD_CURSOR when `after` is beyond the log */
export async function executionEvents(
  context: Context,
  id: string,
  after: number,
): Promise<AsyncIterable<RunEvent>> {
  const row = await execution(context, id, 'executionId');
  return runEvents(context, row, { execution: row }, after);
}
