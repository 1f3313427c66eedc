import { createHash } from 'node:crypto';
import type { LoginLimits } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import type { Origin } from '../../vocabulary.ts';
import { createLimiter, type Limiter, type Redis } from './limiter.ts';

const PER_ADDRESS = { keyPrefix: 'polyphony:login:address', points: 5, duration: 1 };
/** Not per account alone: otherwise anyone could lock the owner out. */
const PER_ACCOUNT = { keyPrefix: 'polyphony:login:account', points: 10, duration: 60 };

/**
 * AMAS documents the same limit for an address: its logins are counted, and sent in its headers, before they get
 * here. A second window, which begins a moment later, would refuse logins that those headers still allow.
 */
const COUNTED_BEFORE: readonly Origin[] = ['amas'];

/** @param factor multiplies the limits */
export function createLoginLimits(factor: number, redis: Redis): LoginLimits {
  const perAddress = createLimiter(PER_ADDRESS, factor, redis);
  const perAccount = createLimiter(PER_ACCOUNT, factor, redis);
  return {
    async count({ address, origin }, account) {
      if (!COUNTED_BEFORE.includes(origin)) await take(perAddress, address, 'from this address');
      const key = keyOf(address, account);
      await take(perAccount, key, 'for this account from this address');
      return async () => void (await perAccount(key, -1));
    },
  };
}

/** E-mail addresses must not be stored in Redis. */
function keyOf(address: string, account: string): string {
  return createHash('sha256')
    .update(JSON.stringify([address, account]))
    .digest('base64url');
}

async function take(limiter: Limiter, key: string, where: string): Promise<void> {
  const { isSpent, msLeft } = await limiter(key);
  if (!isSpent) return;
  const retryAfter = Math.max(1, Math.ceil(msLeft / 1000));
  const message = `too many logins and registrations ${where}; try again in ${retryAfter} s`;
  throw new DomainError('RATE_LIMITED', message, { retryAfter });
}
