import { ownFolder } from '../rules/workspaces/workspace.ts';
import { deleteAccount as deleteRows } from '../store/accounts/delete-account.ts';
import { accountDeletion } from '../store/runs/job-queue.ts';
import { removeWorkspace } from '../workspaces/workspaces.ts';
import type { JobContext } from './context.ts';

/** Deletes the rows of an account, and its working directories on this machine. */
export async function deleteAccount({ engine, stopping }: JobContext, payload: unknown): Promise<void> {
  const { userId } = accountDeletion.parse(payload);
  await deleteRows(engine.store, userId, stopping);
  const tenant = { userId, isAdmin: false };
  for (const root of engine.workspaces.workspaceRoots) await removeWorkspace(ownFolder(root, tenant));
}
