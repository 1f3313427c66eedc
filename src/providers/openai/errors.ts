import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { coerceError } from '../../errors.ts';
import { fromHttpError } from '../http-error.ts';
import { ProviderError } from '../provider.ts';

const VENDOR = 'OpenAI';

/** Anything that the client library throws, in our words. Its error names are unreliable; its classes are not. */
export function toProviderError(thrown: unknown): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  if (thrown instanceof APIConnectionTimeoutError) {
    return new ProviderError('PROVIDER_TIMEOUT', `${VENDOR} did not answer in time`, { cause: thrown });
  }
  if (thrown instanceof APIConnectionError) {
    const message = `${VENDOR} could not be reached: ${rootMessage(thrown)}`;
    return new ProviderError('PROVIDER_UNAVAILABLE', message, { cause: thrown });
  }
  if (thrown instanceof APIError && typeof thrown.status === 'number')
    return fromApiError(thrown, thrown.status);
  const message = `${VENDOR} broke off its answer: ${rootMessage(thrown)}`;
  return new ProviderError('PROVIDER_STREAM_BROKEN', message, { cause: thrown });
}

function fromApiError(error: APIError, status: number): ProviderError {
  return fromHttpError({
    vendor: VENDOR,
    status,
    vendorCode: error.code ?? error.type ?? null,
    message: error.message.replace(/^\d{3} /, ''),
    retryAfter: error.headers?.get('retry-after') ?? null,
    cause: error,
  });
}

function rootMessage(thrown: unknown): string {
  const error = coerceError(thrown);
  return error.cause instanceof Error ? rootMessage(error.cause) : error.message;
}
