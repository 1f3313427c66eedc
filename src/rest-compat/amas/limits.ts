import type { RateLimits } from '../definitions/terms.ts';

export const limits: RateLimits = {
  limits: {
    api: { requests: 100, seconds: 1 },
    auth: { requests: 5, seconds: 1 },
  },
  // Who guesses passwords can have any account, but not any address.
  choose: ({ path, accountId, address }) =>
    path.startsWith('/api/v1/auth/')
      ? { limit: 'auth', of: address }
      : { limit: 'api', of: accountId ?? address },
};
