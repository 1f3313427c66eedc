import { setTimeout as wait } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { ComputationName } from '../rules/computations.ts';
import { milliseconds } from './cpu.ts';
import { createNote, readNote } from './shared-text.ts';
import type { Started, ThreadAnswer, ThreadTask } from './thread.ts';

export interface Pool {
  /** @returns `overran`: the field being computed when time or memory ran out. @throws Starved */
  run(name: ComputationName, input: unknown, allowanceMs: number): Promise<ThreadAnswer>;
  stop(): Promise<void>;
}

/** With its code loaded, a thread has some 30 MB. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 56, maxYoungGenerationSizeMb: 8 };

const IDLE_MS = 10_000;

/** CPU time for starting a thread to replace one that was terminated. */
const RESTART_MS = 250;

/**
 * A thread that cannot be measured, or that gets no processor time, is terminated after this time.
 * Milliseconds.
 */
const LONGEST_MS = 60_000;

/** A computation that got no processor time; it may succeed later. */
export class Starved extends Error {
  override readonly name = 'Starved';
}

/** Threads start on demand and end when they have been idle. */
export function createPool(threads: number, longestMs = LONGEST_MS): Pool {
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
      const guard = createGuard(pool, allowanceMs, longestMs);
      whenStarted.set(task.id, guard.begin);
      try {
        return await pool.run(task, { signal: guard.signal });
      } catch (error) {
        if (guard.reason() === 'starved') throw new Starved('it got no processor time');
        if (guard.reason() === null && !isOutOfMemory(error)) throw error;
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

interface Guard {
  signal: AbortSignal;
  /** Why it aborted; null: it did not. */
  reason(): 'overran' | 'starved' | null;
  begin(started: Started): void;
  end(): void;
}

/**
 * Aborts when a thread has used up its allowance of its own CPU time, so that load on the machine fails
 * nothing.
 */
function createGuard(pool: Piscina, allowanceMs: number, longestMs: number): Guard {
  const controller = new AbortController();
  const createdAt = process.cpuUsage();
  let spent: (() => Promise<number>) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let reason: 'overran' | 'starved' | null = null;
  let hasEnded = false;
  const deadline = setTimeout(giveUp, longestMs);

  function abort(why: 'overran' | 'starved'): void {
    if (hasEnded) return;
    reason ??= why;
    controller.abort();
  }

  async function check(measure: () => Promise<number>): Promise<void> {
    const spentMs = await measure();
    if (hasEnded) return;
    if (spentMs >= allowanceMs) abort('overran');
    else timer = setTimeout(check, Math.max(SHORTEST_MS, allowanceMs - spentMs), measure);
  }

  /**
   * A thread that does not respond either got no processor time, or is in code that cannot be interrupted.
   */
  async function giveUp(): Promise<void> {
    const measured = spent && (await Promise.race([spent(), wait(ANSWER_MS, null, { ref: false })]));
    const most = measured ?? milliseconds(process.cpuUsage(createdAt));
    abort(spent && most >= allowanceMs ? 'overran' : 'starved');
  }

  return {
    signal: controller.signal,
    reason: () => reason,
    begin({ threadId, cpuMs }) {
      const thread = pool.threads.find((one) => one.threadId === threadId);
      if (!thread) return;
      spent = () => spentBy(thread, cpuMs);
      timer = setTimeout(check, allowanceMs, spent);
    },
    end() {
      hasEnded = true;
      clearTimeout(deadline);
      clearTimeout(timer);
    },
  };
}

/** CPU milliseconds since the thread had spent `sinceMs`; 0 when it has ended. */
function spentBy(thread: Worker, sinceMs: number): Promise<number> {
  return thread.cpuUsage().then(
    (usage) => milliseconds(usage) - sinceMs,
    () => 0,
  );
}

/** Minimum interval between two checks of a thread. */
const SHORTEST_MS = 10;

/** How long a thread has to report its CPU time. */
const ANSWER_MS = 5_000;
