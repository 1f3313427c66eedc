import {
  type IRateLimiterOptions,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  RLWrapperTimeouts,
} from 'rate-limiter-flexible';

/**
 * A client of the package `redis`, as rate-limiter-flexible requires; null: counts are kept in this process
 * only.
 */
export type Redis = object | null;

export interface LimiterState {
  isSpent: boolean;
  remaining: number;
  /** Until the next window begins. */
  msLeft: number;
}

/** Adds `points` (1 by default) to the count of a key; negative ones are subtracted. */
export type Limiter = (key: string, points?: number) => Promise<LimiterState>;

/** A Redis that does not respond must not delay requests. */
const REDIS_PATIENCE_MS = 500;

/**
 * Counts in Redis for all processes together, or in this process alone if Redis is not configured or
 * unavailable.
 * @param limit `points` in `duration` seconds, times `factor`
 */
export function createLimiter(
  { points, ...limit }: IRateLimiterOptions & { points: number },
  factor: number,
  redis: Redis,
): Limiter {
  const limiter = limiterOf({ ...limit, points: allowed(points, factor) }, redis);
  return async (key, taken = 1) => {
    const counting = taken < 0 ? limiter.reward(key, -taken) : limiter.consume(key, taken);
    const standing = await counting.catch((refusal: unknown) => refusal);
    if (!(standing instanceof RateLimiterRes)) throw standing;
    const { remainingPoints, consumedPoints, msBeforeNext } = standing;
    const isSpent = consumedPoints > allowed(points, factor);
    return { isSpent, remaining: Math.max(0, remainingPoints), msLeft: Math.max(0, msBeforeNext) };
  };
}

/** At least one point: a limit of 0 would block everything. */
export function allowed(points: number, factor: number): number {
  return Math.max(1, Math.round(points * factor));
}

function limiterOf(limit: IRateLimiterOptions, redis: Redis): RateLimiterMemory | RLWrapperTimeouts {
  const memory = new RateLimiterMemory(limit);
  if (!redis) return memory;
  const shared = new RateLimiterRedis({
    ...limit,
    storeClient: redis,
    useRedisPackage: true,
    rejectIfRedisNotReady: true,
    insuranceLimiter: memory,
  });
  return new RLWrapperTimeouts({ limiter: shared, timeoutMs: REDIS_PATIENCE_MS, insuranceLimiter: memory });
}
