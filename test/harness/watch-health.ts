import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Polyphony } from './process.ts';

export interface Health {
  /** Milliseconds that 99 of 100 answers of `/health` took at most. */
  p99: number;
  max: number;
  statuses: number[];
  /** The most resident memory, in megabytes, that the process has had since it began. */
  peakMegabytes: number;
}

/** How `/health` is answered while something is done to a process. */
export async function watchHealth({ url, pid }: Polyphony, work: () => Promise<void>): Promise<Health> {
  const file = new URL('../fixtures/ask-health.ts', import.meta.url);
  const asker = new Worker(file, { workerData: `${url}/health` });
  const said = once(asker, 'message');
  try {
    await once(asker, 'online');
    await work();
    asker.postMessage('stop');
    const [{ times, statuses }] = await said;
    const sorted = (times as number[]).toSorted((one, other) => one - other);
    return {
      p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
      max: sorted.at(-1) ?? 0,
      statuses,
      peakMegabytes: peakMegabytes(pid),
    };
  } finally {
    await asker.terminate();
  }
}

function peakMegabytes(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
