import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { coerceError } from '../../errors.ts';
import { ProviderError } from '../provider.ts';
import { quote } from '../quote.ts';
import type { Vendor } from '../vendor.ts';
import { fromVendorFailure } from '../vendor-failure.ts';

/** Anything that the client library throws, in our words. Its error names are unreliable; its classes are not. */
export function toProviderError(vendor: Vendor, thrown: unknown): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  if (thrown instanceof APIConnectionTimeoutError) {
    return new ProviderError('PROVIDER_TIMEOUT', `${vendor.name} did not answer in time. Try again later.`);
  }
  const reason = quote(rootMessage(thrown), vendor.apiKey);
  if (thrown instanceof APIConnectionError) {
    const message = `${vendor.name} could not be reached: ${reason}. Check ${vendor.urlVariable} and the network.`;
    return new ProviderError('PROVIDER_UNAVAILABLE', message, { cause: thrown });
  }
  if (thrown instanceof APIError) return fromApiError(vendor, thrown);
  const message = `${vendor.name} broke off its answer: ${reason}. Try again.`;
  return new ProviderError('PROVIDER_STREAM_BROKEN', message, { cause: thrown });
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

/** What is at the bottom of the chain; a host with two addresses fails with a list and no words. */
function rootMessage(thrown: unknown): string {
  const error = coerceError(thrown);
  if (error.cause instanceof Error) return rootMessage(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return rootMessage(error.errors[0]);
  return error.message || error.name;
}
