import type { RateLimits } from '../definitions/terms.ts';

export const limits: RateLimits = {
  limits: {
    api: { requests: 100, seconds: 1 },
    auth: { requests: 5, seconds: 1 },
  },
  // An attacker who guesses passwords can use any account name, but not any address.
  choose: ({ path, accountId, address }) =>
    path.startsWith('/api/v1/auth/')
      ? { limit: 'auth', of: address }
      : { limit: 'api', of: accountId ?? address },
};
