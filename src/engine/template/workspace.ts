import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ownFolder } from '../../rules/workspace.ts';
import type { ClaimedTemplate } from '../../store/claim-run.ts';
import { openWorkspace, removeWorkspace } from '../../store/workspaces.ts';
import type { EngineContext } from '../context.ts';

/** The same for every attempt, so that one which goes on finds what the last one left. */
function nameOf({ id }: ClaimedTemplate): string {
  return `task-${id}`;
}

const tenantOf = ({ ownerId }: ClaimedTemplate) => ({ userId: ownerId, isAdmin: false });

function pathOf({ workspaces }: EngineContext, task: ClaimedTemplate): string {
  return join(ownFolder(workspaces.workspaceRoots[0]!, tenantOf(task)), nameOf(task));
}

/** Whether the working directory is there: an attempt on another machine, or an end, may have left it behind. */
export async function hasWorkspace(context: EngineContext, task: ClaimedTemplate): Promise<boolean> {
  return stat(pathOf(context, task)).then(
    () => true,
    () => false,
  );
}

/** Where the commands of the task work; made when it is missing. @throws DomainError */
export async function workspaceOf({ workspaces }: EngineContext, task: ClaimedTemplate): Promise<string> {
  const { path } = await openWorkspace(workspaces, tenantOf(task), nameOf(task), 'workspace');
  return path;
}

export async function dropWorkspace(context: EngineContext, task: ClaimedTemplate): Promise<void> {
  await removeWorkspace(pathOf(context, task));
}
