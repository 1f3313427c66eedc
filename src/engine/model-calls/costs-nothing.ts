import type { ProviderError } from '../../providers/provider.ts';

/**
 * An HTTP error instead of an answer, or a request that was never sent: nothing was generated, so nothing is
 * charged.
 */
export function costsNothing(error: ProviderError | null | undefined): boolean {
  return typeof error?.status === 'number' || error?.code === 'ADDRESS_REFUSED' || isNeverSent(error);
}

/** Codes of `node:net`, `node:dns` and undici for connections that were not established. */
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
  // Includes ECONNRESET from a proxy and ETIMEDOUT from an unreachable host; in other system calls these can
  // occur after the request was sent.
  if ('syscall' in thrown && thrown.syscall === 'connect') return true;
  return ('code' in thrown && NO_CONNECTION.includes(String(thrown.code))) || isNeverSent(thrown.cause);
}
