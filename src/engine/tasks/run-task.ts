import type { Lease } from '../../store/log/lease.ts';
import type { ClaimedRun } from '../../store/runs/claims/claim-run.ts';
import type { StartedTask } from '../../store/runs/claims/load-claimed-task.ts';
import type { RunOutcome } from '../../store/runs/finish-run.ts';
import { runAgent } from '../agents/run-agent.ts';
import type { EngineContext } from '../context.ts';
import { runTemplate } from '../templates/run-template.ts';
import { runPrompt } from './run-prompt.ts';
import { runPull } from './run-pull.ts';

type Runner = (context: EngineContext, lease: Lease, task: StartedTask) => Promise<RunOutcome | null>;

const TASK_RUNNERS: Record<StartedTask['kind'], Runner> = {
  prompt: runPrompt,
  agent: runAgent,
  pull: runPull,
};

/** Executes a run that is a task. @returns null when it waits. @throws the error that ends it, LeaseLost */
export async function runTask(
  context: EngineContext,
  lease: Lease,
  { id, task }: ClaimedRun,
): Promise<RunOutcome | null> {
  if (!task) throw new Error(`run ${id} is a task without a task row`);
  return task.kind === 'template'
    ? runTemplate(context, lease, task)
    : TASK_RUNNERS[task.kind](context, lease, task);
}
