import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ownFolder, templateFolder } from '../../rules/workspaces/workspace.ts';
import type { StartedTemplate } from '../../store/runs/load-claimed-task.ts';
import { openWorkspace, removeWorkspace } from '../../workspaces/workspaces.ts';
import type { EngineContext } from '../context.ts';

const tenantOf = ({ ownerId }: StartedTemplate) => ({ userId: ownerId, isAdmin: false, isTemplate: true });

/** The same for every attempt, so that one which goes on finds what the last one left. */
function pathOf({ workspaces }: EngineContext, task: StartedTemplate): string {
  return join(ownFolder(workspaces.workspaceRoots[0]!, tenantOf(task)), templateFolder(task.id));
}

/** Whether the working directory is there: an attempt on another machine, or an end, may have left it behind. */
export async function hasWorkspace(context: EngineContext, task: StartedTemplate): Promise<boolean> {
  return stat(pathOf(context, task)).then(
    () => true,
    () => false,
  );
}

/** Where the commands of the task work; made when it is missing. @throws DomainError */
export function workspaceOf({ workspaces }: EngineContext, task: StartedTemplate): Promise<string> {
  return openWorkspace(workspaces, tenantOf(task), templateFolder(task.id), 'workspace');
}

export async function dropWorkspace(context: EngineContext, task: StartedTemplate): Promise<void> {
  await removeWorkspace(pathOf(context, task));
}
