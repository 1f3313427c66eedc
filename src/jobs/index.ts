import type { Task } from 'graphile-worker';
import type { JobName } from '../store/job-queue.ts';
import { advanceExecution } from './advance-execution.ts';
import { carryOutRun } from './carry-out-run.ts';
import type { JobContext } from './context.ts';
import { deleteAccount } from './delete-account.ts';
import { deliver } from './deliver.ts';
import type { JobVersion } from './head-starts.ts';
import { keepSchedule } from './keep-schedule.ts';

type Job = (context: JobContext, payload: unknown, job: JobVersion) => Promise<void>;

const JOBS: Record<JobName, Job> = {
  'carry-out-run': carryOutRun,
  'advance-execution': advanceExecution,
  'keep-schedule': keepSchedule,
  deliver,
  'delete-account': deleteAccount,
};

/** The jobs as graphile-worker wants them. */
export function createTaskList(context: JobContext) {
  const tasks = Object.entries(JOBS).map(([name, carryOut]): [string, Task] => [
    name,
    (payload, { job }) => carryOut(context, payload, job),
  ]);
  return Object.fromEntries(tasks);
}
