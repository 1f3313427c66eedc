import { createHash } from 'node:crypto';
import {
  type IRateLimiterOptions,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  RLWrapperTimeouts,
} from 'rate-limiter-flexible';
import type { LoginLimits, Services } from '../context.ts';
import { coerceError, DomainError } from '../errors.ts';
import type { Log } from '../log.ts';

const PER_ADDRESS = { keyPrefix: 'polyphony:login:address', points: 5, duration: 1 };
const PER_ACCOUNT = { keyPrefix: 'polyphony:login:account', points: 10, duration: 60 };

type Redis = Awaited<ReturnType<typeof connect>>;
type Limiter = RateLimiterMemory | RLWrapperTimeouts;

/** Counts in Redis for all processes together, and in this one alone where there is none or while it is away. */
export async function createLoginLimits({
  config,
  log,
}: Pick<Services, 'config' | 'log'>): Promise<LoginLimits & { close(): void }> {
  const redis = config.redisUrl ? await connect(config.redisUrl, log) : null;
  const limiter = ({ points, ...limit }: typeof PER_ADDRESS) =>
    createLimiter({ ...limit, points: Math.max(1, Math.round(points * config.rateLimitFactor)) }, redis);
  const perAddress = limiter(PER_ADDRESS);
  const perAccount = limiter(PER_ACCOUNT);
  return {
    async count(address, account) {
      await take(perAddress, address, 'from this address');
      // People's addresses have no place in Redis.
      await take(perAccount, createHash('sha256').update(account).digest('base64url'), 'for this account');
    },
    close: () => redis?.destroy(),
  };
}

/** A Redis that does not answer must not hold up logins. */
const REDIS_PATIENCE_MS = 500;

function createLimiter(limit: IRateLimiterOptions, redis: Redis | null): Limiter {
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

async function take(limiter: Limiter, key: string, where: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const retryAfter = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    const message = `too many logins and registrations ${where}; try again in ${retryAfter} s`;
    throw new DomainError('RATE_LIMITED', message, { retryAfter });
  }
}

const LONGEST_RECONNECT_MS = 500;

async function connect(url: string, log: Log) {
  const { createClient } = await import('redis');
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { reconnectStrategy: (retries) => Math.min(50 * (retries + 1), LONGEST_RECONNECT_MS) },
  });
  // The store's own client tells people that Redis is away.
  client.on('error', (error) => log.debug({ error: coerceError(error).message }, 'logins are counted here'));
  client.connect().catch(() => {});
  return client;
}
