import { coerceError } from '../../errors.ts';
import { ProviderError } from '../provider.ts';
import type { Vendor } from '../vendor.ts';
import { AnswerTooLong } from '../wire/bounds.ts';
import { refusalIn } from '../wire/refused.ts';
import { quote } from './quote.ts';
import { fromRefusal } from './vendor-failure.ts';

export function tooLate({ name }: Vendor): ProviderError {
  return new ProviderError('PROVIDER_TIMEOUT', `${name} did not answer in time. Try again later.`);
}

/** An error before an answer began, including HTTP errors. */
export function notAnswered(vendor: Vendor, thrown: unknown): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  const refused = refusalIn(thrown);
  return refused ? fromRefusal(vendor, refused) : unreachable(vendor, thrown);
}

/** No connection, or one that ended before an answer began. */
export function unreachable(vendor: Vendor, thrown: unknown): ProviderError {
  const reason = quote(rootMessage(thrown), vendor.apiKey);
  const message = `${vendor.name} could not be reached: ${reason}. Check ${vendor.urlVariable} and the network.`;
  return new ProviderError('PROVIDER_UNAVAILABLE', message, { cause: thrown });
}

/** An error of the request: a retry or a fallback model would not help. */
export function tooLong(vendorName: string, thrown: AnswerTooLong): ProviderError {
  const message = `The answer of ${vendorName} was stopped: ${thrown.message}. Ask for a shorter answer, for example with maxTokens.`;
  return new ProviderError('PROVIDER_BAD_REQUEST', message, { cause: thrown });
}

/** An answer that was interrupted or is malformed. */
export function brokenOff(vendor: Vendor, thrown: unknown): ProviderError {
  if (thrown instanceof AnswerTooLong) return tooLong(vendor.name, thrown);
  const reason = quote(rootMessage(thrown), vendor.apiKey);
  const message = `${vendor.name} interrupted its answer: ${reason}. Try again.`;
  return new ProviderError('PROVIDER_STREAM_BROKEN', message, { cause: thrown });
}

/**
 * The message of the innermost cause; a host with two addresses fails with a list of errors without a
 * message.
 */
function rootMessage(thrown: unknown): string {
  const error = coerceError(thrown);
  if (error.cause instanceof Error) return rootMessage(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return rootMessage(error.errors[0]);
  return error.message || error.name;
}
