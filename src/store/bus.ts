import type { LoggedEvent } from './events.ts';

export type RunListener = (events: readonly LoggedEvent[]) => void;

/**
 * Carries committed events to those who follow their run. A wake-up with a payload, nothing more: a lost
 * message costs a read from Postgres, which is the truth.
 */
export interface Bus {
  publish(runId: string, events: readonly LoggedEvent[]): void;
  /** @returns a function that ends the subscription. */
  subscribe(runId: string, listener: RunListener): () => void;
}

export function createLocalBus(): Bus {
  const listeners = new Map<string, Set<RunListener>>();
  return {
    publish(runId, events) {
      if (events.length === 0) return;
      for (const listener of listeners.get(runId) ?? []) listener(events);
    },
    subscribe(runId, listener) {
      const ofRun = listeners.get(runId) ?? new Set();
      listeners.set(runId, ofRun.add(listener));
      return () => {
        ofRun.delete(listener);
        if (ofRun.size === 0 && listeners.get(runId) === ofRun) listeners.delete(runId);
      };
    },
  };
}
