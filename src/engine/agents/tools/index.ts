import { editFile } from './edit-file.ts';
import { listFiles } from './list-files.ts';
import { readFile } from './read-file.ts';
import { search } from './search.ts';
import { terminal } from './terminal.ts';
import type { Tool } from './tool.ts';
import { writeFile } from './write-file.ts';

/** The tools an agent can use, in the order in which models receive them. */
export const TOOLS: readonly Tool[] = [terminal, readFile, writeFile, editFile, listFiles, search];

export function toolNamed(name: string): Tool | undefined {
  return TOOLS.find(({ definition }) => definition.name === name);
}
