import type { Context } from '../../context.ts';
import { removeOwnWorkspace } from '../../workspaces/remove-own.ts';
import { requireViewer } from '../request/viewer.ts';

/** Removes the working directory that was created for a task or a session. */
export async function removeOwnFolder(
  context: Context,
  workingDirectory: string | null,
  id: string,
): Promise<void> {
  if (!workingDirectory) return;
  const { config: workspaces, log } = context;
  await removeOwnWorkspace({ workspaces, log }, requireViewer(context), { path: workingDirectory, id });
}
