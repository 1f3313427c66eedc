import type { OperationLimits, Services } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { allowed, createLimiter, type Limiter, type Redis } from './limiter.ts';
import { inSlices } from './limiter-slices.ts';

const SECONDS = 60;

type Rates = Pick<Services['config'], 'rateLimitFactor' | 'requestsPerMinute' | 'runsPerMinute'>;

/** With Redis, each process reserves a hundredth of the limit at a time, so that most operations need no round trip. */
export function createOperationLimits(rates: Rates, redis: Redis): OperationLimits {
  const requests = rateOf('requests', rates.requestsPerMinute, rates.rateLimitFactor, redis);
  const runs = rateOf('runs', rates.runsPerMinute, rates.rateLimitFactor, redis);
  return {
    countRequest: ({ accountId, address }) =>
      requests.require(accountId === null ? `address:${address}` : `account:${accountId}`),
    countRun: (userId) => runs.require(`account:${userId}`),
    recordRuns: (userId, count) => runs.record(`account:${userId}`, count),
  };
}

interface Rate {
  /** Counts one. @throws DomainError RATE_LIMITED */
  require(key: string): Promise<void>;
  /** Counts up to the number that the limit still allows. */
  record(key: string, count: number): Promise<void>;
}

const WORDS = { requests: 'operations', runs: 'runs' };

function rateOf(what: keyof typeof WORDS, perMinute: number, factor: number, redis: Redis): Rate {
  const options = { keyPrefix: `polyphony:graphql:${what}`, points: perMinute, duration: SECONDS };
  const limit = allowed(perMinute, factor);
  const counted = createLimiter(options, factor, redis);
  const limiter: Limiter = redis ? inSlices(counted, Math.max(1, Math.floor(limit / 100))) : counted;
  return {
    async require(key) {
      const { isSpent, msLeft } = await limiter(key);
      if (isSpent) throw tooMany(what, key, limit, msLeft);
    },
    async record(key, count) {
      for (let left = count; left > 0; left -= 1) if ((await limiter(key)).isSpent) return;
    },
  };
}

function tooMany(what: keyof typeof WORDS, key: string, limit: number, msLeft: number): DomainError {
  const whose = key.startsWith('account:') ? 'an account' : 'an address without credentials';
  const retryAfter = Math.max(1, Math.ceil(msLeft / 1000));
  const message = `too many ${WORDS[what]}: ${whose} is allowed ${limit} a minute; try again in ${retryAfter} s`;
  return new DomainError('RATE_LIMITED', message, { retryAfter });
}
