import { z } from 'zod';
import type { CommandResult } from '../../sandbox/command.ts';
import { argument, defineTool, failure, success, type ToolResult } from './tool.ts';

const DEFAULT_SECONDS = 60;
const MAX_SECONDS = 600;
/** About 8,000 tokens; head and tail are kept. */
const MAX_OUTPUT_BYTES = 32_768;

const input = z.strictObject({
  // One argument of a program holds 128 KiB, and a character has up to four bytes.
  command: argument(30_000).describe('A script for bash; its standard input is empty.'),
  timeout_seconds: z
    .number()
    .int()
    .min(1)
    .max(MAX_SECONDS)
    .optional()
    .describe(`It is killed after this time; ${DEFAULT_SECONDS} when absent.`),
});

export const terminal = defineTool(
  'terminal',
  'Runs a command in the working directory and returns what it printed and its exit code. Each call is a new ' +
    'shell: nothing keeps running in the background afterwards, and no variables or folders are remembered. There ' +
    'is no network. Only the working directory and /tmp are writable, and /tmp is empty at each call.',
  input,
  async ({ sandbox, workspace, signal, onOutput }, { command, timeout_seconds = DEFAULT_SECONDS }) => {
    const result = await sandbox.run({
      workspace,
      // One stream, so that errors stand where they happened.
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
