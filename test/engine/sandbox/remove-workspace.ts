/** Removes one working directory as a server would: `node remove-workspace.ts path`. */
import { removeWorkspace } from '../../../src/workspaces/workspaces.ts';

await removeWorkspace(process.argv[2]!);
