import { ProviderError } from '../provider.ts';
import type { Vendor } from '../vendor.ts';
import { refusalIn } from '../wire/refused.ts';
import { brokenOff, notAnswered, tooLate } from './thrown.ts';

/**
 * Converts anything thrown by a vendor's client library to a ProviderError. The errors of all libraries are
 * similar; errors thrown by our `fetch` are their innermost cause.
 */
export function toProviderError(vendor: Vendor, thrown: unknown): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  const refused = refusalIn(thrown);
  if (refused) return notAnswered(vendor, refused);
  const name = thrown instanceof Error ? thrown.constructor.name : '';
  if (name === 'APIConnectionTimeoutError') return tooLate(vendor);
  return name === 'APIConnectionError' ? notAnswered(vendor, thrown) : brokenOff(vendor, thrown);
}
