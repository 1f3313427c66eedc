import { type EventEmitter, once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { coerceError } from '../errors.ts';
import type { Log } from '../log.ts';

/** Notifications that reach this worker. */
export type Notifications = EventEmitter<{
  /** A run may have become ready, in any process. */
  ticket: [];
}>;

/** When to act again. `idle`: nothing was to be done, so wait for a notification if there is one for it. */
export type Next = 'at-once' | 'after-pause' | 'idle';

interface Options {
  signal: AbortSignal;
  log: Log;
  pauseMs: number;
  /** Ends idleness early. Some may be missed, hence `mostMs`. */
  idle?: { until: Notifications; mostMs: number };
  /** Logged with the error, after which it acts again. */
  failure: string;
}

/** Acts over and over until `signal` aborts. */
export async function repeat(
  { signal, log, pauseMs, idle, failure }: Options,
  act: () => Promise<Next>,
): Promise<void> {
  const actOnce = () =>
    act().catch((error): Next => {
      if (!signal.aborted) log.warn({ error: coerceError(error).message }, failure);
      return 'after-pause';
    });
  while (!signal.aborted) {
    const over = new AbortController();
    const until = AbortSignal.any([signal, over.signal]);
    // Listens before acting: a notification that arrives during the action or the pause must not be missed.
    const notified = idle && once(idle.until, 'ticket', { signal: until }).catch(() => {});
    const next = await actOnce();
    if (next !== 'at-once') await wait(pauseMs, undefined, { signal }).catch(() => {});
    if (next === 'idle' && idle)
      await Promise.race([notified, wait(idle.mostMs, undefined, { signal: until }).catch(() => {})]);
    over.abort();
  }
}
