import type { Context } from '../../context.ts';
import { coerceError } from '../../errors.ts';
import { removeOwnWorkspace } from '../../workspaces/remove-own.ts';
import { requireViewer } from '../request/viewer.ts';

/** Removes the working directory that was created for a task or a session. */
export async function removeOwnFolder(
  context: Context,
  workingDirectory: string | null,
  id: string,
): Promise<void> {
  if (!workingDirectory) return;
  const folder = { path: workingDirectory, id };
  await removeOwnWorkspace(context.config, requireViewer(context), folder).catch((error) => {
    context.log.warn(
      { workingDirectory, error: coerceError(error).message },
      'a working directory could not be removed',
    );
  });
}
