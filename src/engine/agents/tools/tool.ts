import { z } from 'zod';
import type { ToolDefinition } from '../../../providers/provider.ts';
import { isStorable, storable } from '../../../rules/text/text.ts';
import type { Command, CommandResult } from '../../sandbox/command.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

/** What a tool may touch. */
export interface ToolContext {
  sandbox: Sandbox;
  /** Absolute path of the working directory. */
  workspace: string;
  signal: AbortSignal;
  /** What a command prints, as it comes. It is as its program made it: see `storable`. */
  onOutput?: (text: string) => void;
}

export interface ToolResult {
  /** For the model; text that a database can hold. */
  output: string;
  isError: boolean;
}

/** Something that a model can have done. */
export interface Tool {
  definition: ToolDefinition;
  /**
   * Wrong input is a result, too: it tells the model what was allowed.
   * @param input the arguments as the model gave them, parsed from JSON.
   * @throws what the signal says, DomainError SANDBOX_UNAVAILABLE.
   */
  run(context: ToolContext, input: unknown): Promise<ToolResult>;
}

/** A tool of which the schema is told to the model and checked when it calls. */
export function defineTool<Schema extends z.ZodType>(
  name: string,
  description: string,
  schema: Schema,
  run: (context: ToolContext, input: z.output<Schema>) => Promise<ToolResult>,
): Tool {
  const { $schema: _, ...parameters } = z.toJSONSchema(schema, { io: 'input' });
  return {
    definition: { name, description, parameters },
    async run(context, input) {
      const parsed = schema.safeParse(input);
      if (!parsed.success) return failure(`The arguments of ${name} are wrong.\n${explain(parsed.error)}`);
      return run(context, parsed.data);
    },
  };
}

function explain({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`).join('\n');
}

export function success(output: string): ToolResult {
  return { output: storable(output), isError: false };
}

export function failure(output: string): ToolResult {
  return { output: storable(output), isError: true };
}

/** Text that programs take as an argument. */
export function argument(max: number) {
  return z.string().min(1).max(max).refine(isStorable, 'must not contain U+0000 or half of a surrogate pair');
}

/** As a path of the working directory; where it really leads, only the sandbox decides. */
export const path = argument(4_000).describe('Relative to the working directory, or absolute.');

const FILE_TOOL_MS = 30_000;

/**
 * One of the fixed programs that file tools consist of. They run in the sandbox, because whatever is found out
 * about a path outside may not be so any more when it is used.
 */
export function runScript(
  { sandbox, workspace, signal }: ToolContext,
  script: string,
  args: readonly string[],
  options: Pick<Command, 'stdin' | 'maxOutputBytes' | 'isReading'> = {},
): Promise<CommandResult> {
  // `--` in a script ends its own programs' options; here nothing can be taken for one.
  const run = ['bash', '-c', script, 'tool', ...args] as const;
  return sandbox.run({ workspace, run, timeoutMs: FILE_TOOL_MS, signal, ...options });
}

/** What a failed script said, or what ended it. */
export function scriptFailure({ stderr, timedOut, exceeded, exitCode }: CommandResult): ToolResult {
  if (exceeded) return failure(`stopped: ${exceeded}`);
  if (timedOut) return failure(`stopped: it took longer than ${FILE_TOOL_MS / 1000} s`);
  return failure(stderr.trim() || `failed with exit code ${exitCode}`);
}
