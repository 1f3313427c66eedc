import type { ToolDefinition } from '../../providers/provider.ts';
import type { ToolName } from '../../vocabulary.ts';
import { LOOP_TOOLS } from './loop-tools.ts';
import { WORKSPACE_TOOLS } from './tools/index.ts';

/** Every tool of the vocabulary. */
const TOOLS: Readonly<Record<ToolName, { definition: ToolDefinition }>> = {
  ...WORKSPACE_TOOLS,
  ...LOOP_TOOLS,
};

/** @returns undefined for a tool of an older version, which a stored task may still name */
export function definitionOf(name: ToolName): ToolDefinition | undefined {
  return Object.hasOwn(TOOLS, name) ? TOOLS[name].definition : undefined;
}
