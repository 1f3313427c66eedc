import { LRUCache } from 'lru-cache';
import type { Limiter, LimiterState } from './limiter.ts';

const MAX_KEYS = 10_000;

interface Slice {
  left: number;
  /** When the limiter's window ends; milliseconds since 1970. */
  until: number;
}

/**
 * Reserves `size` points at a time from a remote limiter and spends them locally. The limit is never exceeded, but each
 * process may leave up to one slice of it unused. There is at most one pending request per key.
 */
export function inSlices(limiter: Limiter, size: number): Limiter {
  const slices = new LRUCache<string, Slice>({ max: MAX_KEYS });
  const asking = new Map<string, Promise<LimiterState>>();

  async function ask(key: string): Promise<LimiterState> {
    const state = await limiter(key, size);
    if (!state.isSpent) slices.set(key, { left: size, until: Date.now() + state.msLeft });
    return state;
  }

  return async (key) => {
    while (true) {
      const slice = slices.get(key);
      const msLeft = slice ? slice.until - Date.now() : 0;
      if (slice && slice.left > 0 && msLeft > 0) {
        slice.left -= 1;
        return { isSpent: false, remaining: slice.left, msLeft };
      }
      const asked = asking.get(key) ?? ask(key).finally(() => asking.delete(key));
      asking.set(key, asked);
      const state = await asked;
      if (state.isSpent) return state;
    }
  };
}
