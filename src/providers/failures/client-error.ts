import { ProviderError } from '../provider.ts';
import type { Vendor } from '../vendor.ts';
import { refusalIn } from '../wire/refused.ts';
import { brokenOff, notAnswered, tooLate } from './thrown.ts';

/**
 * Anything that a vendor's client library throws, in our words. The errors of all of them look alike; what our
 * `fetch` threw is at the bottom of theirs.
 */
export function toProviderError(vendor: Vendor, thrown: unknown): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  const refused = refusalIn(thrown);
  if (refused) return notAnswered(vendor, refused);
  const name = thrown instanceof Error ? thrown.constructor.name : '';
  if (name === 'APIConnectionTimeoutError') return tooLate(vendor);
  return name === 'APIConnectionError' ? notAnswered(vendor, thrown) : brokenOff(vendor, thrown);
}
