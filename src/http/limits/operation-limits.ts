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
      requests(accountId === null ? `address:${address}` : `account:${accountId}`),
    countRun: (userId) => runs(`account:${userId}`),
  };
}

const WORDS = { requests: 'operations', runs: 'created runs' };

function rateOf(
  what: keyof typeof WORDS,
  perMinute: number,
  factor: number,
  redis: Redis,
): (key: string) => Promise<void> {
  const options = { keyPrefix: `polyphony:graphql:${what}`, points: perMinute, duration: SECONDS };
  const limit = allowed(perMinute, factor);
  const counted = createLimiter(options, factor, redis);
  const limiter: Limiter = redis ? inSlices(counted, Math.max(1, Math.floor(limit / 100))) : counted;
  return async (key) => {
    const { isSpent, msLeft } = await limiter(key);
    if (!isSpent) return;
    const whose = key.startsWith('account:') ? 'an account' : 'an address without credentials';
    const retryAfter = Math.max(1, Math.ceil(msLeft / 1000));
    const message = `too many ${WORDS[what]}: ${whose} is allowed ${limit} a minute; try again in ${retryAfter} s`;
    throw new DomainError('RATE_LIMITED', message, { retryAfter });
  };
}
