import type { ToolDefinition } from '../../providers/provider.ts';
import type { ToolName } from '../../vocabulary.ts';
import { LOOP_TOOLS } from './loop-tools.ts';
import { toolNamed } from './tools/index.ts';

export function definitionOf(name: ToolName): ToolDefinition | undefined {
  return (toolNamed(name) ?? LOOP_TOOLS.find(({ definition }) => definition.name === name))?.definition;
}
