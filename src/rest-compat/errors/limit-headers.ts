import type { Standing } from '../definitions/terms.ts';

const LIMIT = 'X-RateLimit-Limit';
const REMAINING = 'X-RateLimit-Remaining';
/** Its value is a time, in seconds since 1970. */
const RESET = 'X-RateLimit-Reset';

/** The state of a documented limit, for any response to a request that it counted. */
export function limitHeaders({ limit, remaining, msLeft }: Standing): Record<string, string> {
  return {
    [LIMIT]: `${limit}`,
    [REMAINING]: `${remaining}`,
    [RESET]: `${secondsAfter(msLeft)}`,
  };
}

/**
 * The headers of a request that another limit refused although the documented one still allows it: none remaining, and
 * a reset that agrees with `Retry-After`.
 * @param header reads a header that is already set
 */
export function spentHeaders(header: (name: string) => unknown, retryAfter: number): Record<string, string> {
  if (header(LIMIT) === undefined) return {};
  const reset = Math.max(Number(header(RESET)), secondsAfter(retryAfter * 1000));
  return { [REMAINING]: '0', [RESET]: `${reset}` };
}

function secondsAfter(ms: number): number {
  return Math.ceil((Date.now() + ms) / 1000);
}
