import { basename } from 'node:path';
import type { Tenant } from '../rules/workspaces/workspace.ts';
import { isOwnWorkspace, removeWorkspace, type WorkspaceSettings } from './workspaces.ts';

/** Removes a working directory that was created for a task or a session of a user, which is named after its id. */
export async function removeOwnWorkspace(
  settings: WorkspaceSettings,
  tenant: Tenant,
  { path, id }: { path: string; id: string },
): Promise<void> {
  if (basename(path) !== id) return;
  // A folder of the same name deeper down belongs to the user, and commands could replace the folders above
  // it.
  if (await isOwnWorkspace(settings, tenant, path)) await removeWorkspace(path);
}
