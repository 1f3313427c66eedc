import { DomainError } from '../../errors.ts';
import type { StepRow } from '../../store/runs/checkpoints.ts';
import type { StartedTask } from '../../store/runs/claims/load-claimed-task.ts';
import type { ToolName } from '../../vocabulary.ts';
import type { EngineContext } from '../context.ts';
import { readStart } from './leave-artifacts.ts';
import { toolNamed } from './tools/index.ts';

export interface UsableTask {
  /** With the tools that work on this machine. */
  task: StartedTask;
  /** Those of its agent that do not. */
  missing: ToolName[];
}

/**
 * Without a sandbox an agent keeps the tools that do not need one: many tasks can be done without commands and
 * files, and a person who has installed nothing yet gets an answer. A task that has used such a tool, or that another
 * worker could execute with all its tools, does not continue without them.
 * @throws DomainError SANDBOX_UNAVAILABLE
 */
export async function usableTask(
  { sandbox, store, log }: EngineContext,
  task: StartedTask,
  steps: readonly StepRow[],
): Promise<UsableTask> {
  const missing = task.tools.filter((name) => toolNamed(name) !== undefined);
  if (missing.length === 0) return { task, missing };
  try {
    await sandbox.check();
    return { task, missing: [] };
  } catch (error) {
    if (!(error instanceof DomainError) || readStart(steps) !== null) throw error;
    if ((await store.lookups.installation()).sandbox !== 'unavailable') throw error;
    log.warn({ task: task.id, reason: error.message }, `an agent works without ${missing.join(', ')}`);
    return { task: { ...task, tools: task.tools.filter((name) => !missing.includes(name)) }, missing };
  }
}
