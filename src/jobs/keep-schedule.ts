import { jobPayloads } from '../store/job-queue.ts';
import { keepSchedule as keep } from '../store/keep-schedule.ts';
import type { JobContext } from './context.ts';

/** Runs when a tick of a workflow's schedule has come; a tick that was moved meanwhile has a job of its own. */
export async function keepSchedule({ engine }: JobContext, payload: unknown): Promise<void> {
  const { workflowId } = jobPayloads['keep-schedule'].parse(payload);
  const refused = await keep(engine.store, workflowId);
  if (refused)
    engine.log.warn({ workflow: workflowId, reason: refused.message }, 'scheduled execution skipped');
}
