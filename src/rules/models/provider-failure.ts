import type { RunErrorCode } from '../../errors.ts';

export type ProviderErrorCode = Extract<
  RunErrorCode,
  | 'ADDRESS_REFUSED'
  | 'CONTEXT_TOO_LONG'
  | 'MODEL_NOT_FOUND'
  | 'PROVIDER_AUTH'
  | 'PROVIDER_BAD_REQUEST'
  | 'PROVIDER_RATE_LIMITED'
  | 'PROVIDER_STREAM_BROKEN'
  | 'PROVIDER_TIMEOUT'
  | 'PROVIDER_UNAVAILABLE'
>;

/**
 * The kind of a provider error: `passing` ones are transient and worth a retry, `lasting` ones persist until
 * someone intervenes, and `request` ones do not reflect on the model.
 */
export const FAILURES: Record<ProviderErrorCode, 'passing' | 'lasting' | 'request'> = {
  ADDRESS_REFUSED: 'lasting',
  CONTEXT_TOO_LONG: 'request',
  MODEL_NOT_FOUND: 'lasting',
  PROVIDER_AUTH: 'lasting',
  PROVIDER_BAD_REQUEST: 'request',
  PROVIDER_RATE_LIMITED: 'passing',
  PROVIDER_STREAM_BROKEN: 'passing',
  PROVIDER_TIMEOUT: 'passing',
  PROVIDER_UNAVAILABLE: 'passing',
};

/** @param code of a failed model call; other codes are not caused by the provider */
export function failureKind(code: string): 'passing' | 'lasting' | 'request' | null {
  const known: Readonly<Record<string, 'passing' | 'lasting' | 'request'>> = FAILURES;
  return Object.hasOwn(known, code) ? (known[code] ?? null) : null;
}
