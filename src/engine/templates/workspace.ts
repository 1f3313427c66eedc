import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ownFolder, templateFolder } from '../../rules/workspaces/workspace.ts';
import type { StartedTemplate } from '../../store/runs/claims/load-claimed-task.ts';
import { openWorkspace, removeWorkspace } from '../../workspaces/workspaces.ts';
import type { EngineContext } from '../context.ts';

const tenantOf = ({ ownerId }: StartedTemplate) => ({ userId: ownerId, isAdmin: false, isTemplate: true });

/** The same for every attempt, so that a later one finds the files of the previous one. */
function pathOf({ workspaces }: EngineContext, task: StartedTemplate): string {
  return join(ownFolder(workspaces.workspaceRoots[0]!, tenantOf(task)), templateFolder(task.id));
}

/**
 * Whether the working directory exists: an attempt on another machine, or the end of the run, may have left
 * none.
 */
export async function hasWorkspace(context: EngineContext, task: StartedTemplate): Promise<boolean> {
  return stat(pathOf(context, task)).then(
    () => true,
    () => false,
  );
}

/** The working directory of the task; created if missing. @throws DomainError */
export function workspaceOf({ workspaces }: EngineContext, task: StartedTemplate): Promise<string> {
  return openWorkspace(workspaces, tenantOf(task), templateFolder(task.id), 'workspace');
}

export async function dropWorkspace(context: EngineContext, task: StartedTemplate): Promise<void> {
  await removeWorkspace(pathOf(context, task));
}
