/** Code executed by a thread of the pool. */
import { setPriority } from 'node:os';
import { parentPort, threadId } from 'node:worker_threads';
import { COMPUTATIONS, type ComputationName } from '../rules/computations.ts';
import { TooComplex, type Watch } from '../rules/liquid/watch.ts';
import { cpuMs } from './cpu.ts';
import { noteOn } from './shared-text.ts';

export interface ThreadTask {
  id: number;
  name: ComputationName;
  input: unknown;
  /** CPU time of the thread. */
  allowanceMs: number;
  /** Where the thread writes the field that it computes, in case it has to be terminated. */
  note: SharedArrayBuffer;
}

export type ThreadAnswer = { cpuMs: number } & ({ result: unknown } | { overran: string });

/** Sent when a thread begins a task, which may have waited until the thread was ready. */
export interface Started {
  id: number;
  threadId: number;
  cpuMs: number;
}

// On Linux a thread has a priority of its own: the event loop takes precedence where cores are few.
if (process.platform === 'linux') setPriority(0, 10);

export function compute({ id, name, input, allowanceMs, note }: ThreadTask): ThreadAnswer {
  const startedAt = cpuMs();
  parentPort!.postMessage({ id, threadId, cpuMs: startedAt } satisfies Started);
  const write = noteOn(note);
  const watch: Watch = {
    begin(field) {
      if (cpuMs() - startedAt > allowanceMs) throw new TooComplex(field);
      write(field);
    },
  };
  try {
    const run = COMPUTATIONS[name] as (input: unknown, watch: Watch) => unknown;
    return { result: run(input, watch), cpuMs: cpuMs() - startedAt };
  } catch (thrown) {
    if (thrown instanceof TooComplex) return { overran: thrown.field, cpuMs: cpuMs() - startedAt };
    throw thrown;
  }
}
