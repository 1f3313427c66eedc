import { readFileSync } from 'node:fs';
import type { Polyphony } from '../process.ts';

const LOOK_MS = 5;

/** By how many megabytes the resident memory of a process rose at most while something went on. */
export async function peakMemory({ pid }: Polyphony, work: () => Promise<void>): Promise<number> {
  const before = residentMegabytes(pid);
  let peak = before;
  const look = () => {
    peak = Math.max(peak, residentMegabytes(pid));
  };
  const timer = setInterval(look, LOOK_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  look();
  return peak - before;
}

function residentMegabytes(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
