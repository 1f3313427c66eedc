import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Microseconds of CPU, user and system, that a process's threads have used. */
export function cpuOf(pid: number): number {
  return process.platform === 'linux' ? sumThreads(pid) : fromPs(pid);
}

/** The same with its children, those that have ended included: a Postgres. NaN where the kernel does not tell. */
export function cpuOfTree(pid: number): number {
  const children = read(`/proc/${pid}/task/${pid}/children`);
  if (children === null) return Number.NaN;
  const living = children.split(' ').filter(Boolean).map(Number);
  return [pid, ...living].reduce((sum, each) => sum + cpuOf(each), endedChildrenOf(pid));
}

const TICK = 10_000;

/** Fields 16 and 17 of `stat`, counted after the name, which may hold spaces. */
function endedChildrenOf(pid: number): number {
  const fields = (read(`/proc/${pid}/stat`) ?? '').split(') ').at(-1)!.split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK;
}

/** schedstat counts nanoseconds; `stat` beside it, only ticks of 10 ms. */
function sumThreads(pid: number): number {
  const folder = `/proc/${pid}/task`;
  return list(folder).reduce((sum, thread) => {
    const [nanoseconds] = (read(`${folder}/${thread}/schedstat`) ?? '0').split(' ');
    return sum + Number(nanoseconds) / 1e3;
  }, 0);
}

/** `[[dd-]hh:]mm:ss.hh` */
function fromPs(pid: number): number {
  const time = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  return time.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0) * 1e6;
}

/** Resident memory in MB. */
export function memoryOf(pid: number): number {
  const status = read(`/proc/${pid}/status`);
  if (status !== null) return Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]) / 1024;
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}

/** A thread or process may end between being listed and being read. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
