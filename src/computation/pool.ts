import type { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { ComputationName } from '../rules/computations.ts';
import { milliseconds } from './cpu.ts';
import { createNote, readNote } from './note.ts';
import type { Started, ThreadAnswer, ThreadTask } from './thread.ts';

export interface Pool {
  /** @returns `overran`: the field whose turn it was when time or memory ran out. */
  run(name: ComputationName, input: unknown, allowanceMs: number): Promise<ThreadAnswer>;
  stop(): Promise<void>;
}

/** With its code loaded, a thread has some 30 MB. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };

const IDLE_MS = 10_000;

/** CPU time that it takes to start a thread in place of one that was terminated. */
const RESTART_MS = 250;

/** A thread that cannot be measured, or that the machine gives no time to, is terminated after all. */
const LONGEST_MS = 60_000;

/** Threads start when they are needed and end when they have been idle. */
export function createPool(threads: number): Pool {
  const pool = new Piscina<ThreadTask, ThreadAnswer>({
    filename: new URL('./thread.ts', import.meta.url).href,
    name: 'compute',
    ...{ minThreads: 0, maxThreads: threads, idleTimeout: IDLE_MS, atomics: 'disabled' },
    resourceLimits: RESOURCE_LIMITS,
  });
  const whenStarted = new Map<number, (started: Started) => void>();
  pool.on('message', (started: Started) => whenStarted.get(started.id)?.(started));
  let tasks = 0;
  return {
    async run(name, input, allowanceMs) {
      const task: ThreadTask = { id: ++tasks, name, input, allowanceMs, note: createNote() };
      const guard = createGuard(pool, allowanceMs);
      whenStarted.set(task.id, guard.begin);
      try {
        return await pool.run(task, { signal: guard.signal });
      } catch (error) {
        const overran = guard.signal.aborted || isOutOfMemory(error);
        if (!overran) throw error;
        return { overran: readNote(task.note), cpuMs: allowanceMs + RESTART_MS };
      } finally {
        whenStarted.delete(task.id);
        guard.end();
      }
    },
    stop: () => pool.destroy(),
  };
}

function isOutOfMemory(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY';
}

/** Aborts when a thread has spent what it may: of its own CPU time, so that a busy machine fails nothing. */
function createGuard(pool: Piscina, allowanceMs: number) {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const abort = () => controller.abort();
  const deadline = setTimeout(abort, LONGEST_MS);

  async function check(thread: Worker, limitMs: number): Promise<void> {
    const spent = await thread.cpuUsage().then(milliseconds, () => 0);
    if (timer === undefined) return;
    if (spent >= limitMs) abort();
    else timer = setTimeout(check, Math.max(SHORTEST_MS, limitMs - spent), thread, limitMs);
  }

  return {
    signal: controller.signal,
    begin({ threadId, cpuMs }: Started) {
      const thread = pool.threads.find((one) => one.threadId === threadId);
      if (thread) timer = setTimeout(check, allowanceMs, thread, cpuMs + allowanceMs);
    },
    end() {
      clearTimeout(deadline);
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

/** Between two looks at a thread. */
const SHORTEST_MS = 10;
