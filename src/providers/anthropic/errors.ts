import { APIConnectionError, APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk';
import { ProviderError } from '../provider.ts';
import { brokenOff, tooLate, unreachable } from '../thrown.ts';
import type { Vendor } from '../vendor.ts';
import { fromVendorFailure } from '../vendor-failure.ts';

/** Anything that the client library throws, in our words. */
export function toProviderError(vendor: Vendor, thrown: unknown): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  if (thrown instanceof APIConnectionTimeoutError) return tooLate(vendor);
  if (thrown instanceof APIConnectionError) return unreachable(vendor, thrown);
  return thrown instanceof APIError ? fromApiError(vendor, thrown) : brokenOff(vendor, thrown);
}

function fromApiError(vendor: Vendor, error: APIError): ProviderError {
  const said = error.apiMessage;
  return fromVendorFailure(vendor, {
    status: error.status ?? null,
    vendorCode: typeof said === 'string' ? codeOf(said) : null,
    vendorType: typeof error.type === 'string' ? error.type : null,
    message: typeof said === 'string' ? said : error.message.replace(/^\d{3} /, ''),
    retryAfter: error.headers?.get('retry-after') ?? null,
  });
}

/** Two failures that Anthropic tells apart from other wrong requests by their words alone. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/prompt is too long|exceed context limit/i, 'context_length_exceeded'],
  [/credit balance is too low/i, 'insufficient_quota'],
];

function codeOf(said: string): string | null {
  return CODES.find(([words]) => words.test(said))?.[1] ?? null;
}
