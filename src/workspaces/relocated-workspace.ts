import { stat } from 'node:fs/promises';
import { isAbsolute, normalize } from 'node:path';
import { mayWorkIn, relocated, type Tenant } from '../rules/workspaces/workspace.ts';
import { foldersOf, mayNameAnyFolder, openWorkspace, refused, type WorkspaceSettings } from './workspaces.ts';

/**
 * Opens the working directory that a client names by a path on its own machine: if that path is not permitted here,
 * the folder is created below the user's own folder. The text of the path decides; nothing outside of the permitted
 * folders is looked at, except for the local admin, whose existing folders are opened or refused.
 * @returns the absolute path of the folder, as `openWorkspace`. @throws DomainError as `openWorkspace`
 */
export async function openRelocatedWorkspace(
  settings: WorkspaceSettings,
  tenant: Tenant,
  named: string,
  field: string,
): Promise<string> {
  if (!isAbsolute(named)) return openWorkspace(settings, tenant, named, field);
  const folders = await foldersOf(settings);
  const path = relocated(named);
  if (path === null) throw refused(settings, tenant, folders, { field, problem: 'must not contain ..' });
  // The roots as the operator wrote them, too: responses contain paths below them.
  const written = { ...folders, roots: [...folders.roots, ...settings.workspaceRoots] };
  const isPermitted = mayWorkIn(normalize(`/${path}`), tenant, written);
  const isOperatorFolder = mayNameAnyFolder(settings, tenant) && (await exists(named));
  return openWorkspace(settings, tenant, isPermitted || isOperatorFolder ? named : path, field);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
