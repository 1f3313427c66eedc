import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { type BoundedOutput, createBoundedOutput } from './bounded-output.ts';
import type { Command, CommandResult } from './command.ts';
import type { DiskUsage } from './disk-usage.ts';
import { watchDisk } from './disk-watch.ts';
import type { Launch, Launched } from './launchers/launch.ts';
import type { Limits } from './limits.ts';
import type { MemoryWatch } from './memory-watch.ts';

const MAX_OUTPUT_BYTES = 64 * 1024;
/**
 * How long pipes may stay open after the end: only processes that left the process group of an unsandboxed
 * command keep them open.
 */
const CLOSE_MS = 1_000;

export interface Bounds {
  limits: Limits;
  /** null: it writes nothing. */
  usage: DiskUsage | null;
  memory: MemoryWatch;
}

/**
 * Runs a command until it ends, or exceeds its time or disk limit, or is aborted.
 * @throws the reason of the signal, DomainError SANDBOX_UNAVAILABLE
 */
export async function runProcess(launch: Launch, command: Command, bounds: Bounds): Promise<CommandResult> {
  const { signal, timeoutMs } = command;
  const { limits } = bounds;
  const startedAt = performance.now();
  const launched = await launch(command);
  let timedOut = false;
  let exceeded: string | null = null;
  const onExcess = (reason: string) => {
    exceeded ??= reason;
    launched.kill();
  };
  const stdout = collect(launched.child.stdout!, command);
  const stderr = collect(launched.child.stderr!, command);
  boundOutput(launched.child, limits.output, onExcess);
  const timer = setTimeout(() => {
    timedOut = true;
    launched.kill();
  }, timeoutMs);
  const stopWatching = watch(command, launched, bounds, onExcess);
  signal.addEventListener('abort', launched.kill);
  // It may have been aborted while the command was being launched.
  if (signal.aborted) launched.kill();
  const exitCode = await ending(launched, command);
  clearTimeout(timer);
  stopWatching();
  const excess = await launched.close();
  signal.removeEventListener('abort', launched.kill);
  signal.throwIfAborted();
  const truncated = stdout.isTruncated() || stderr.isTruncated();
  const durationMs = performance.now() - startedAt;
  return {
    exitCode,
    stdout: stdout.text(),
    stderr: stderr.text(),
    truncated,
    timedOut,
    exceeded: exceeded ?? excess,
    durationMs,
  };
}

function watch(
  command: Command,
  { child, folder }: Launched,
  { limits, usage, memory }: Bounds,
  onExcess: (reason: string) => void,
): () => void {
  const stops = [
    usage ? watchDisk(command, { folder, usage, limits }, onExcess) : () => {},
    memory.watch(child.pid!, command.accountId ?? '', onExcess),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/**
 * Resolves when the command has ended and its pipes are drained, with the exit code that a shell would
 * report.
 */
function ending({ child }: Launched, { stdin }: Command): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let timer: NodeJS.Timeout | undefined;
  child.once('exit', () => {
    timer = setTimeout(() => closePipes(child), CLOSE_MS);
  });
  child.once('close', (code: number | null, name: NodeJS.Signals | null) => {
    clearTimeout(timer);
    resolve(code ?? 128 + constants.signals[name!]);
  });
  // A command need not read its input.
  child.stdin?.on('error', () => {}).end(stdin);
  return promise;
}

function closePipes({ stdio }: ChildProcess): void {
  for (const pipe of stdio) pipe?.destroy();
}

function collect(pipe: Readable, { maxOutputBytes = MAX_OUTPUT_BYTES, onOutput }: Command): BoundedOutput {
  const output = createBoundedOutput(maxOutputBytes);
  pipe.on('data', (chunk: Buffer) => output.push(chunk));
  if (onOutput) tell(pipe, maxOutputBytes, onOutput);
  return output;
}

function boundOutput(
  { stdout, stderr }: ChildProcess,
  limit: number,
  onExcess: (reason: string) => void,
): void {
  let total = 0;
  for (const pipe of [stdout!, stderr!]) {
    pipe.on('data', (chunk: Buffer) => {
      total += chunk.length;
      if (total > limit) onExcess(`it printed more than ${Math.round(limit / 2 ** 20)} MiB`);
    });
  }
}

function tell(pipe: Readable, maxBytes: number, onOutput: (text: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let left = maxBytes;
  pipe.on('data', (chunk: Buffer) => {
    const text = decoder.write(chunk.subarray(0, left));
    left = Math.max(0, left - chunk.length);
    if (text !== '') onOutput(text);
  });
}
