import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Polyphony } from '../process.ts';

export interface Health {
  /** Milliseconds that 99 of 100 answers of `/health` took at most. */
  p99: number;
  /** The same of a bare server beside it that does nothing else: what the machine itself made them wait. */
  machineP99: number;
  statuses: number[];
  /** The most resident memory, in megabytes, that the process has had since it began. */
  peakMegabytes: number;
}

/** How `/health` is answered while something is done to a process. */
export async function watchHealth({ url, pid }: Polyphony, work: () => Promise<void>): Promise<Health> {
  const file = new URL('./ask-health.ts', import.meta.url);
  const bare = await startBareServer();
  const asker = new Worker(file, { workerData: { asked: `${url}/health`, bare: bare.url } });
  const reported = once(asker, 'message');
  try {
    await once(asker, 'online');
    await work();
    asker.postMessage('stop');
    const [{ asked, bare, statuses }] = await reported;
    return { p99: p99(asked), machineP99: p99(bare), statuses, peakMegabytes: peakMegabytes(pid) };
  } finally {
    await asker.terminate();
    bare.stop();
  }
}

const BARE_SERVER = `
  require('node:http').createServer((_request, response) => response.end('{}'))
    .listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

async function startBareServer() {
  const child = spawn(process.execPath, ['-e', BARE_SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(child.stdout, 'data');
  return { url: `http://127.0.0.1:${Number(port)}`, stop: () => void child.kill() };
}

function p99(times: number[]): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
}

function peakMegabytes(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
