import { isJsonObject } from '../json-object.ts';
import type { ProviderError } from '../provider.ts';
import type { Vendor } from '../vendor.ts';
import { fromVendorFailure } from '../vendor-failure.ts';

/** Ollama says what is wrong in words alone. */
export function fromOllamaError(
  vendor: Vendor,
  { status, message, retryAfter }: { status: number | null; message: string; retryAfter: string | null },
): ProviderError {
  // What a pull says of a model that its library does not have.
  const isMissing = /pull model manifest: file does not exist/.test(message);
  const isTooLong = /exceed\w* the (available )?context|exceed_context_size/i.test(message);
  return fromVendorFailure(vendor, {
    status,
    vendorCode: isTooLong ? 'context_length_exceeded' : isMissing ? 'model_not_found' : null,
    // In mid-answer it is the model's process that failed.
    vendorType: status === null ? 'server_error' : null,
    message,
    retryAfter,
  });
}

export async function refused(vendor: Vendor, response: Response): Promise<ProviderError> {
  const body = await response.text();
  return fromOllamaError(vendor, {
    status: response.status,
    message: messageOf(body) || 'no reason given',
    retryAfter: response.headers.get('retry-after'),
  });
}

function messageOf(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    return isJsonObject(parsed) && typeof parsed.error === 'string' ? parsed.error : body;
  } catch {
    return body;
  }
}
