import type { ProviderError } from '../../providers/provider.ts';

/** An HTTP error instead of an answer, or no question at all: nothing was generated, and nothing is charged. */
export function costsNothing(error: ProviderError | null | undefined): boolean {
  return typeof error?.status === 'number' || error?.code === 'ADDRESS_REFUSED' || isNeverSent(error);
}

/** Of `node:net`, `node:dns` and undici: there was no connection. */
const NO_CONNECTION = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

function isNeverSent(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if (thrown instanceof AggregateError) return thrown.errors.length > 0 && thrown.errors.every(isNeverSent);
  // Also ECONNRESET from a proxy and ETIMEDOUT from an unreachable host; in other system calls these can occur after the request was sent.
  if ('syscall' in thrown && thrown.syscall === 'connect') return true;
  return ('code' in thrown && NO_CONNECTION.includes(String(thrown.code))) || isNeverSent(thrown.cause);
}
