import { basename } from 'node:path';
import { coerceError } from '../errors.ts';
import type { Tenant } from '../rules/workspaces/workspace.ts';
import { isOwnWorkspace, removeWorkspace, type WorkspaceSettings } from './workspaces.ts';

/**
 * Removes a working directory that was created for a task or a session of a user, which is named after its id. Logs a
 * warning when it cannot.
 */
export async function removeOwnWorkspace(
  {
    workspaces,
    log,
  }: { workspaces: WorkspaceSettings; log: { warn(details: object, message: string): void } },
  tenant: Tenant,
  { path, id }: { path: string; id: string },
): Promise<void> {
  if (basename(path) !== id) return;
  try {
    // A folder of the same name deeper down belongs to the user, and commands could replace the folders above
    // it.
    if (await isOwnWorkspace(workspaces, tenant, path)) await removeWorkspace(path);
  } catch (error) {
    log.warn(
      { workingDirectory: path, error: coerceError(error).message },
      'a working directory could not be removed',
    );
  }
}
