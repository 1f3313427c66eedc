import { resolve } from 'node:path';
import type { Environment } from './variables.ts';

/** Errors for workspace roots inside DATA_DIR, where commands cannot access working directories. */
export function misplacedRoots({ DATA_DIR, WORKSPACE_ROOTS = [] }: Environment): string[] {
  const isWithin = (path: string, folder: string) => `${path}/`.startsWith(`${folder}/`);
  const data = resolve(DATA_DIR);
  const open = workspacesOf(DATA_DIR);
  const misplaced = WORKSPACE_ROOTS.filter(
    (root) => isWithin(resolve(root), data) && !isWithin(resolve(root), open),
  );
  return misplaced.map(
    (root) =>
      `WORKSPACE_ROOTS: ${root} is inside DATA_DIR, where only ${open} may contain working directories`,
  );
}

/** Where working directories are without a given path. */
export const workspacesOf = (dataDir: string): string => resolve(dataDir, 'workspaces');
