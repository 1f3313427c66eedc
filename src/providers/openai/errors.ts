import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { ProviderError } from '../provider.ts';
import { brokenOff, tooLate, unreachable } from '../thrown.ts';
import type { Vendor } from '../vendor.ts';
import { fromVendorFailure } from '../vendor-failure.ts';

/** Anything that the client library throws, in our words. Its error names are unreliable; its classes are not. */
export function toProviderError(vendor: Vendor, thrown: unknown): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  if (thrown instanceof APIConnectionTimeoutError) return tooLate(vendor);
  if (thrown instanceof APIConnectionError) return unreachable(vendor, thrown);
  return thrown instanceof APIError ? fromApiError(vendor, thrown) : brokenOff(vendor, thrown);
}

function fromApiError(vendor: Vendor, error: APIError): ProviderError {
  return fromVendorFailure(vendor, {
    status: error.status ?? null,
    vendorCode: word(error.code),
    vendorType: word(error.type),
    message: error.message.replace(/^\d{3} /, ''),
    retryAfter: error.headers?.get('retry-after') ?? null,
  });
}

/** Compatible servers send numbers, too. */
function word(sent: unknown): string | null {
  return typeof sent === 'string' || typeof sent === 'number' ? String(sent) : null;
}
