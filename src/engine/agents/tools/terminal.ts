import { z } from 'zod';
import type { CommandResult } from '../../sandbox/command.ts';
import { argument, defineTool, failure, success, type ToolResult } from './tool.ts';

const DEFAULT_SECONDS = 60;
const MAX_SECONDS = 600;
/** About 8,000 tokens; the beginning and the end are kept. */
const MAX_OUTPUT_BYTES = 32_768;

const input = z.strictObject({
  // The kernel limits one argument to 128 KiB, and a character has up to four bytes.
  command: argument(30_000).describe(
    'The Bash script to run. Its standard input is empty, so use non-interactive options.',
  ),
  timeout_seconds: z
    .number()
    .int()
    .min(1)
    .max(MAX_SECONDS)
    .optional()
    .describe(`Seconds after which the command is killed; default ${DEFAULT_SECONDS}.`),
});

export const terminal = defineTool(
  'terminal',
  'Runs a Bash script in the working directory. Returns its output (stdout and stderr together; the middle of long ' +
    'output is omitted) and its exit code. Each call starts a new shell: background processes are ended, and variables ' +
    'and the current folder are not kept. There is no network. Only the working directory and /tmp are writable, and /tmp is empty at each call.',
  input,
  async ({ sandbox, workspace, signal, onOutput }, { command, timeout_seconds = DEFAULT_SECONDS }) => {
    const result = await sandbox.run({
      workspace,
      // One stream, so that errors appear where they happened.
      run: `exec 2>&1\n${command}`,
      timeoutMs: timeout_seconds * 1000,
      signal,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      ...(onOutput && { onOutput }),
    });
    return describe(result, timeout_seconds);
  },
);

function describe(result: CommandResult, seconds: number): ToolResult {
  const { exitCode, exceeded, timedOut } = result;
  const printed = [result.stdout, result.stderr].map((text) => text.trimEnd()).filter(Boolean);
  const told = printed.length > 0 ? printed.join('\n') : '(no output)';
  if (exceeded) return failure(`${told}\n[killed: ${exceeded}]`);
  if (timedOut) return failure(`${told}\n[killed: it ran longer than ${seconds} s]`);
  return (exitCode === 0 ? success : failure)(`${told}\n[exit code ${exitCode}]`);
}
