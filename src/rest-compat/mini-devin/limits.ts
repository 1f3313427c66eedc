import type { RateLimits } from '../definitions/terms.ts';

export const limits: RateLimits = {
  limits: {
    account: { requests: 100, seconds: 60 },
    address: { requests: 10, seconds: 60 },
  },
  choose: ({ accountId, address }) =>
    accountId === null ? { limit: 'address', of: address } : { limit: 'account', of: accountId },
};
