import { ownFolder } from '../rules/workspace.ts';
import { deleteAccount as deleteRows } from '../store/accounts/delete-account.ts';
import { jobPayloads } from '../store/job-queue.ts';
import { removeWorkspace } from '../store/workspaces.ts';
import type { JobContext } from './context.ts';

/** Deletes the rows of an account, and its working directories on this machine. */
export async function deleteAccount({ engine, stopping }: JobContext, payload: unknown): Promise<void> {
  const { userId } = jobPayloads['delete-account'].parse(payload);
  await deleteRows(engine.store, userId, stopping);
  const tenant = { userId, isAdmin: false };
  for (const root of engine.workspaces.workspaceRoots) await removeWorkspace(ownFolder(root, tenant));
}
