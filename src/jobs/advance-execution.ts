import { advanceExecution as advance } from '../engine/workflow/advance.ts';
import { jobPayloads } from '../store/job-queue.ts';
import type { JobContext } from './context.ts';

/** No lease: what it does is one transaction, which finds the execution as it is. */
export async function advanceExecution({ engine }: JobContext, payload: unknown): Promise<void> {
  await advance(engine, jobPayloads['advance-execution'].parse(payload).runId);
}
