import { z } from 'zod';
import type { ToolDefinition } from '../../../providers/provider.ts';
import { isStorable, storable } from '../../../rules/text/text.ts';
import type { Command, CommandResult } from '../../sandbox/command.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

/** The environment of a tool call. */
export interface ToolContext {
  sandbox: Sandbox;
  /** Absolute path of the working directory. */
  workspace: string;
  signal: AbortSignal;
  /** Receives the output of a command as it arrives, unsanitized: see `storable`. */
  onOutput?: (text: string) => void;
}

export interface ToolResult {
  /** For the model; storable in the database. */
  output: string;
  isError: boolean;
}

/** A tool that models can call. */
export interface Tool {
  definition: ToolDefinition;
  /**
   * Invalid input is a result as well: it informs the model of what is allowed.
   * @param input the arguments given by the model, parsed from JSON
   * @throws the reason of the signal, DomainError SANDBOX_UNAVAILABLE
   */
  run(context: ToolContext, input: unknown): Promise<ToolResult>;
}

/** A tool whose schema is sent to the model and validated at each call. */
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
      if (!parsed.success) return failure(`Invalid arguments for ${name}.\n${explain(parsed.error)}`);
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

/** Text passed to programs as an argument. */
export function argument(max: number) {
  return z.string().min(1).max(max).refine(isStorable, 'must not contain U+0000 or an unpaired surrogate');
}

/** A path in the working directory; only the sandbox resolves and restricts it. */
export const path = argument(4_000).describe('The path, relative to the working directory or absolute.');

const FILE_TOOL_MS = 30_000;

/**
 * Runs one of the fixed scripts of the file tools in the sandbox, because anything determined about a path
 * outside may have changed by the time it is used.
 */
export function runScript(
  { sandbox, workspace, signal }: ToolContext,
  script: string,
  args: readonly string[],
  options: Pick<Command, 'stdin' | 'maxOutputBytes' | 'isReading'> = {},
): Promise<CommandResult> {
  // `--` in a script ends the options of the programs it calls; no argument can be taken for an option here.
  const run = ['bash', '-c', script, 'tool', ...args] as const;
  return sandbox.run({ workspace, run, timeoutMs: FILE_TOOL_MS, signal, ...options });
}

/** The error output of a failed script, or what stopped it. */
export function scriptFailure({ stderr, timedOut, exceeded, exitCode }: CommandResult): ToolResult {
  if (exceeded) return failure(`stopped: ${exceeded}`);
  if (timedOut) return failure(`stopped: it took longer than ${FILE_TOOL_MS / 1000} s`);
  return failure(stderr.trim() || `failed with exit code ${exitCode}`);
}
