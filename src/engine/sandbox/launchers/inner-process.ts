import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

/** The inner process is reported much sooner than this, or never. */
const REPORT_MS = 2_000;

/**
 * Reads from descriptor 3 of an isolating program which process is the first of the new pid namespace; killing
 * it makes the kernel kill all others in the namespace. Killing the program itself would do that too, but
 * leave the inner process to be reaped by an init that may not exist.
 * @returns a function that kills it, at once or as soon as it is known
 */
export function innerProcess(outer: ChildProcess): () => void {
  const reported: string[] = [];
  let inner: number | null = null;
  let isToDie = false;
  const kill = () => {
    isToDie = true;
    if (outer.exitCode !== null || outer.signalCode !== null) return;
    if (inner !== null) return signal(inner);
    setTimeout(() => inner ?? outer.kill('SIGKILL'), REPORT_MS).unref();
  };
  const pipe = outer.stdio[3] as Readable;
  // The end of what is reported may come only with the end of the command.
  pipe.setEncoding('utf8').on('data', (text: string) => {
    reported.push(text);
    inner ??= childPid(reported.join(''));
    if (isToDie && inner !== null) kill();
  });
  return kill;
}

function childPid(json: string): number | null {
  const found = /"child-pid": *(\d+)\D/.exec(json);
  return found ? Number(found[1]) : null;
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself, and the outer program is about to report that.
  }
}
