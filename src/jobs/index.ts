import type { JobName } from '../store/job-queue.ts';
import { advanceExecution } from './advance-execution.ts';
import { carryOutRun } from './carry-out-run.ts';
import type { JobContext } from './context.ts';
import { deliver } from './deliver.ts';
import { keepSchedule } from './keep-schedule.ts';

type Job = (context: JobContext, payload: unknown) => Promise<void>;

const JOBS: Record<JobName, Job> = {
  'carry-out-run': carryOutRun,
  'advance-execution': advanceExecution,
  'keep-schedule': keepSchedule,
  deliver,
};

/** The jobs as graphile-worker wants them. */
export function createTaskList(context: JobContext) {
  return Object.fromEntries(
    Object.entries(JOBS).map(([name, job]) => [name, (payload: unknown) => job(context, payload)]),
  );
}
