import type { Task } from 'graphile-worker';
import { type JobName, jobPayloads } from '../store/job-queue.ts';
import type { JobContext } from './context.ts';
import { deliver } from './deliver.ts';
import { keepSchedule } from './keep-schedule.ts';

type Job = (context: JobContext, payload: unknown) => Promise<void>;

const takeTurn: Job = ({ dispatcher }, payload) => dispatcher.use(jobPayloads['take-turn'].parse(payload));

const JOBS: Record<JobName, Job> = {
  'take-turn': takeTurn,
  'carry-out-run': takeTurn,
  'advance-execution': takeTurn,
  'keep-schedule': keepSchedule,
  deliver,
};

/** The jobs as graphile-worker wants them. */
export function createTaskList(context: JobContext) {
  const tasks = Object.entries(JOBS).map(([name, execute]): [string, Task] => [
    name,
    (payload) => execute(context, payload),
  ]);
  return Object.fromEntries(tasks);
}
