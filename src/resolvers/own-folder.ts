import { basename } from 'node:path';
import type { Context } from '../context.ts';
import { coerceError } from '../errors.ts';
import { removeWorkspace } from '../store/workspaces.ts';

/** Removes the working directory that was made for a task or a session; such a one has its id as its name. */
export async function removeOwnFolder(
  { log }: Context,
  workingDirectory: string | null,
  id: string,
): Promise<void> {
  if (!workingDirectory || basename(workingDirectory) !== id) return;
  await removeWorkspace(workingDirectory).catch((error) => {
    log.warn({ workingDirectory, error: coerceError(error).message }, 'a working directory was not removed');
  });
}
