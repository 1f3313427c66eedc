import type { ProviderErrorCode } from '../../rules/models/provider-failure.ts';
import { retryAfterMs } from '../../rules/runs/retry.ts';
import { ProviderError } from '../provider.ts';
import type { Vendor } from '../vendor.ts';
import type { Refused } from '../wire/refused.ts';
import { codeOfWords, EMPTY_ACCOUNT } from './error-words.ts';
import { type Problem, readProblem } from './problem.ts';
import { quote, withoutKeys } from './quote.ts';

/** An error as reported by a vendor. */
interface VendorFailure {
  /** The HTTP status; null when the error occurred within a stream that had begun. */
  status: number | null;
  /** The vendor's own code, if it sent one; some servers send a number like an HTTP status. */
  vendorCode: string | null;
  /** The vendor's type of error, if it sent one. */
  vendorType: string | null;
  message: string;
  parameter: string | null;
  /** The `retry-after` header. */
  retryAfter: string | null;
}

// Maps instead of records: a vendor's word may be `constructor`.

/** Codes that are more specific than the status they come with. */
const CODE_BY_WORD = new Map<string, ProviderErrorCode>([
  ['context_length_exceeded', 'CONTEXT_TOO_LONG'],
  // A 429 that waiting does not resolve: the owner of the account has to act, as with a rejected key.
  ['insufficient_quota', 'PROVIDER_AUTH'],
  ['billing_error', 'PROVIDER_AUTH'],
  ['invalid_api_key', 'PROVIDER_AUTH'],
  ['model_not_found', 'MODEL_NOT_FOUND'],
  ['rate_limit_exceeded', 'PROVIDER_RATE_LIMITED'],
]);

const CODE_BY_STATUS = new Map<number, ProviderErrorCode>([
  [401, 'PROVIDER_AUTH'],
  [402, 'PROVIDER_AUTH'],
  [403, 'PROVIDER_AUTH'],
  [404, 'MODEL_NOT_FOUND'],
  [408, 'PROVIDER_TIMEOUT'],
  [409, 'PROVIDER_UNAVAILABLE'],
  [413, 'CONTEXT_TOO_LONG'],
  [429, 'PROVIDER_RATE_LIMITED'],
]);

/** By type or code. Used only within a stream, where there is no status. */
const CODE_BY_TYPE = new Map<string, ProviderErrorCode>([
  ['server_error', 'PROVIDER_UNAVAILABLE'],
  ['api_error', 'PROVIDER_UNAVAILABLE'],
  ['overloaded_error', 'PROVIDER_UNAVAILABLE'],
  ['timeout_error', 'PROVIDER_TIMEOUT'],
  ['rate_limit_error', 'PROVIDER_RATE_LIMITED'],
  ['authentication_error', 'PROVIDER_AUTH'],
  ['permission_error', 'PROVIDER_AUTH'],
  ['not_found_error', 'MODEL_NOT_FOUND'],
  ['request_too_large', 'CONTEXT_TOO_LONG'],
  ['invalid_request_error', 'PROVIDER_BAD_REQUEST'],
  // Codes of OpenAI's Responses API, whose errors have no type.
  ['invalid_encrypted_content', 'PROVIDER_BAD_REQUEST'],
  ['invalid_prompt', 'PROVIDER_BAD_REQUEST'],
  ['bio_policy', 'PROVIDER_BAD_REQUEST'],
  ['misalignment_policy_violation', 'PROVIDER_BAD_REQUEST'],
  ['data_residency_mismatch', 'PROVIDER_BAD_REQUEST'],
]);

/** Converts an HTTP error. It is not kept as the cause, because it may contain the key. */
export function fromRefusal(vendor: Vendor, refused: Refused): ProviderError {
  return fromProblem(vendor, problemOf(refused), {
    status: refused.status,
    retryAfter: refused.headers.get('retry-after'),
  });
}

/** The error in an HTTP response; error pages and other text are quoted unchanged. */
export function problemOf({ body }: Refused): Problem {
  return readProblem(parsed(body));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/**
 * Converts an error reported by a vendor. @param head of an HTTP error; `status` null: it was sent within an
 * answer
 */
export function fromProblem(
  vendor: Vendor,
  { message, code, type, parameter }: Problem,
  { status, retryAfter = null }: { status: number | null; retryAfter?: string | null },
): ProviderError {
  return fromVendorFailure(vendor, {
    status,
    vendorCode: code,
    vendorType: type,
    message,
    parameter,
    retryAfter,
  });
}

function fromVendorFailure(vendor: Vendor, failure: VendorFailure): ProviderError {
  const { status } = failure;
  const code = codeOf(failure);
  const happened = status === null ? 'interrupted its answer' : `answered ${status}`;
  const said = quote(failure.message, vendor.apiKey);
  return new ProviderError(code, `${vendor.name} ${happened}: ${said}. ${advice(vendor, code, failure)}`, {
    status,
    retryAfterMs: retryAfterMs(failure.retryAfter, Date.now()),
    said: withoutKeys(wordsOf(failure), vendor.apiKey),
    parameter: failure.parameter,
  });
}

function codeOf(failure: VendorFailure): ProviderErrorCode {
  const { status, vendorCode, vendorType } = failure;
  const byWord = CODE_BY_WORD.get(vendorCode ?? '') ?? CODE_BY_WORD.get(vendorType ?? '');
  if (byWord) return byWord;
  const byType = CODE_BY_TYPE.get(vendorType ?? '') ?? CODE_BY_TYPE.get(vendorCode ?? '');
  const byStatus = codeOfStatus(status ?? Number(vendorCode)) ?? byType ?? null;
  const byWords = leavesOpen(byStatus, status) ? codeOfWords(wordsOf(failure)) : null;
  return byWords ?? byStatus ?? 'PROVIDER_STREAM_BROKEN';
}

function wordsOf({ vendorCode, vendorType, message }: VendorFailure): string {
  return `${vendorCode ?? ''} ${vendorType ?? ''} ${message}`.slice(0, MOST_WORDS);
}

/** Only the beginning of longer texts is examined. */
const MOST_WORDS = 2_000;

/** Whether a status is so unspecific that the text decides. Some servers answer 500 to invalid requests. */
function leavesOpen(code: ProviderErrorCode | null, status: number | null): boolean {
  if (code === 'PROVIDER_UNAVAILABLE') return status === null || status === 500;
  return code === null || code === 'PROVIDER_BAD_REQUEST' || code === 'MODEL_NOT_FOUND';
}

function codeOfStatus(status: number): ProviderErrorCode | null {
  const known = CODE_BY_STATUS.get(status);
  if (known) return known;
  if (status >= 500 && status < 600) return 'PROVIDER_UNAVAILABLE';
  return status >= 300 && status < 500 ? 'PROVIDER_BAD_REQUEST' : null;
}

const ADVICE: Record<ProviderErrorCode, (vendor: Vendor) => string> = {
  ADDRESS_REFUSED: ({ urlVariable }) => `Check ${urlVariable}.`,
  CONTEXT_TOO_LONG: () => 'Shorten the prompt or choose a model with a larger context.',
  MODEL_NOT_FOUND: ({ urlVariable }) => `Check the model's name and ${urlVariable}.`,
  PROVIDER_AUTH: ({ keyVariable }) => `Check ${keyVariable} and its permissions.`,
  PROVIDER_BAD_REQUEST: () => 'Check the parameters; this model may not support them.',
  PROVIDER_RATE_LIMITED: ({ name }) => `Try again later, or raise the limits of the account at ${name}.`,
  PROVIDER_STREAM_BROKEN: () => 'Try again.',
  PROVIDER_TIMEOUT: () => 'Try again later.',
  PROVIDER_UNAVAILABLE: () => 'Try again later.',
};

function advice(vendor: Vendor, code: ProviderErrorCode, failure: VendorFailure): string {
  return code === 'PROVIDER_AUTH' && EMPTY_ACCOUNT.test(wordsOf(failure))
    ? `Add credit to the account of ${vendor.keyVariable}, or set another key.`
    : ADVICE[code](vendor);
}
