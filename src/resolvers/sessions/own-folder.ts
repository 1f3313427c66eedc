import { basename } from 'node:path';
import type { Context } from '../../context.ts';
import { coerceError } from '../../errors.ts';
import { isOwnWorkspace, removeWorkspace } from '../../workspaces/workspaces.ts';
import { requireViewer } from '../request/viewer.ts';

/** Removes the working directory that was created for a task or a session, which is named after its id. */
export async function removeOwnFolder(
  context: Context,
  workingDirectory: string | null,
  id: string,
): Promise<void> {
  if (!workingDirectory || basename(workingDirectory) !== id) return;
  // A folder of the same name deeper down belongs to the user, and commands could replace the folders above
  // it.
  if (!(await isOwnWorkspace(context.config, requireViewer(context), workingDirectory))) return;
  await removeWorkspace(workingDirectory).catch((error) => {
    context.log.warn(
      { workingDirectory, error: coerceError(error).message },
      'a working directory could not be removed',
    );
  });
}
