import { DomainError } from '../../errors.ts';
import type { StartedTask } from '../../store/runs/claims/load-claimed-task.ts';
import { openWorkspace } from '../../workspaces/workspaces.ts';
import type { EngineContext } from '../context.ts';
import { toolNamed } from './tools/index.ts';

/** Opens the folder of the task, or the one it was given, if it needs one. */
export async function openTaskWorkspace(
  { workspaces }: EngineContext,
  { id, ownerId, ownerIsAdmin, tools, workingDirectory }: StartedTask,
): Promise<string | null> {
  if (!tools.some(toolNamed)) return null;
  const tenant = { userId: ownerId, isAdmin: ownerIsAdmin };
  return openWorkspace(workspaces, tenant, workingDirectory ?? id, 'workingDirectory').catch(unusable);
}

/** The folder was valid when the task was created; the owner of the task is informed of what changed. */
function unusable(thrown: unknown): never {
  if (!(thrown instanceof DomainError)) throw thrown;
  throw new DomainError('SANDBOX_UNAVAILABLE', thrown.message, thrown.details, { cause: thrown });
}
