import type { ToolName } from '../../../vocabulary.ts';
import { editFile } from './edit-file.ts';
import { listFiles } from './list-files.ts';
import { readFile } from './read-file.ts';
import { search } from './search.ts';
import { terminal } from './terminal.ts';
import type { Tool } from './tool.ts';
import { writeFile } from './write-file.ts';

/** The tools that work in the agent's working directory. */
export const WORKSPACE_TOOLS = {
  terminal,
  read_file: readFile,
  write_file: writeFile,
  edit_file: editFile,
  list_files: listFiles,
  search,
} satisfies Partial<Record<ToolName, Tool>>;

/** @returns undefined when the tool does not work in the working directory, or does not exist */
export function toolNamed(name: string): Tool | undefined {
  return Object.hasOwn(WORKSPACE_TOOLS, name)
    ? WORKSPACE_TOOLS[name as keyof typeof WORKSPACE_TOOLS]
    : undefined;
}
