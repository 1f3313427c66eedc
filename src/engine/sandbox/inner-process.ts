import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

/** bwrap reports the inner process much sooner than this, or never. */
const TELLING_MS = 2_000;

/**
 * Reads from bwrap's descriptor 3 which process is the first of the new pid namespace; killing it makes the
 * kernel kill all others in the namespace. Killing bwrap itself would do that too, but leave the inner
 * process to be reaped by an init that may not exist.
 * @returns a function that kills it, at once or as soon as it is known
 */
export function innerProcess(bwrap: ChildProcess): () => void {
  const told: string[] = [];
  let inner: number | null = null;
  let isToDie = false;
  const kill = () => {
    isToDie = true;
    if (bwrap.exitCode !== null || bwrap.signalCode !== null) return;
    if (inner !== null) return signal(inner);
    setTimeout(() => inner ?? bwrap.kill('SIGKILL'), TELLING_MS).unref();
  };
  const pipe = bwrap.stdio[3] as Readable;
  pipe.setEncoding('utf8').on('data', (text: string) => told.push(text));
  pipe.on('end', () => {
    inner = childPid(told.join(''));
    if (isToDie) kill();
  });
  return kill;
}

function childPid(json: string): number | null {
  const found = /"child-pid": *(\d+)/.exec(json);
  return found ? Number(found[1]) : null;
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself, and bwrap is about to report that.
  }
}
