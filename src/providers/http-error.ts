import { ProviderError, type ProviderErrorCode } from './provider.ts';

/** An HTTP error answer of a vendor, as its client library reports it. */
export interface VendorHttpError {
  vendor: string;
  status: number;
  /** The vendor's own error code or type, when it sent one. */
  vendorCode: string | null;
  message: string;
  /** The `retry-after` header. */
  retryAfter: string | null;
  cause: unknown;
}

const CODE_BY_STATUS: Record<number, ProviderErrorCode> = {
  401: 'PROVIDER_AUTH',
  403: 'PROVIDER_AUTH',
  404: 'MODEL_NOT_FOUND',
  408: 'PROVIDER_TIMEOUT',
  409: 'PROVIDER_UNAVAILABLE',
  413: 'CONTEXT_TOO_LONG',
  429: 'PROVIDER_RATE_LIMITED',
};

export function fromHttpError(error: VendorHttpError): ProviderError {
  return new ProviderError(codeOf(error), `${error.vendor} answered ${error.status}: ${error.message}`, {
    status: error.status,
    retryAfterMs: retryAfterMs(error.retryAfter),
    cause: error.cause,
  });
}

function codeOf({ status, vendorCode }: VendorHttpError): ProviderErrorCode {
  if (vendorCode === 'context_length_exceeded') return 'CONTEXT_TOO_LONG';
  if (vendorCode === 'insufficient_quota') return 'PROVIDER_AUTH';
  return CODE_BY_STATUS[status] ?? (status >= 500 ? 'PROVIDER_UNAVAILABLE' : 'PROVIDER_BAD_REQUEST');
}

/** `retry-after` is seconds or an HTTP date (RFC 9110, 10.2.3). */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}
