import { createHash } from 'node:crypto';
import type { SchemaAccess } from '../../rest-compat/handling/schema-access.ts';
import { allowed, createLimiter, type Limiter, type Redis } from './limiter.ts';

/** Counts requests of the dialects. @param factor multiplies every limit */
export function createRequestLimits(factor: number, redis: Redis): SchemaAccess['count'] {
  const limiters = new Map<string, Limiter>();
  return async ({ name, requests, seconds }, of) => {
    const options = { keyPrefix: `polyphony:requests:${name}`, points: requests, duration: seconds };
    const limiter = limiters.get(name) ?? createLimiter(options, factor, redis);
    limiters.set(name, limiter);
    // It may be long and contain personal names.
    const key = createHash('sha256').update(of).digest('base64url');
    return { ...(await limiter(key)), limit: allowed(requests, factor) };
  };
}
