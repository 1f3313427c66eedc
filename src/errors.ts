/** Codes of responses to requests. */
export const REQUEST_ERROR_CODES = [
  'BAD_CURSOR',
  'CONFLICT',
  'DOCUMENT_NOT_ALLOWED',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'INTERNAL_ERROR',
  'INVALID_STATE',
  'METHOD_NOT_ALLOWED',
  'NOT_FOUND',
  'PAYLOAD_TOO_LARGE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'PROVIDER_NOT_CONFIGURED',
  'QUOTA_EXCEEDED',
  'RATE_LIMITED',
  'UNAUTHENTICATED',
  'UNAVAILABLE',
  'UNKNOWN_MODEL',
  'UNSUPPORTED_MEDIA_TYPE',
  'VALIDATION_ERROR',
  'WRONG_CREDENTIALS',
] as const;

/** Codes that end a run, in the run's `error` and in its `RunFailed` event. */
export const RUN_ERROR_CODES = [
  'ADDRESS_REFUSED',
  'ANSWER_CUT_OFF',
  'ANSWER_EMPTY',
  'ANSWER_FILTERED',
  'ANSWER_MALFORMED',
  'ARTIFACT_TOO_LARGE',
  'BUDGET_EXCEEDED',
  'CONTEXT_TOO_LONG',
  'DEPENDENCY_FAILED',
  'DISK_QUOTA_EXCEEDED',
  'DISK_RESERVE_REACHED',
  'ENDED_BY_HAND',
  'EXPIRED',
  'MAX_ITERATIONS_REACHED',
  'GIT_FAILED',
  'LOOP_DETECTED',
  'MODEL_NOT_FOUND',
  'OUTPUT_INVALID',
  'PRICE_UNKNOWN',
  'PROVIDER_AUTH',
  'PROVIDER_BAD_REQUEST',
  'PROVIDER_NOT_CONFIGURED',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_STREAM_BROKEN',
  'PROVIDER_TIMEOUT',
  'PROVIDER_UNAVAILABLE',
  'QUOTA_EXCEEDED',
  'SANDBOX_UNAVAILABLE',
  'STEP_FAILED',
  'TASK_CANCELLED',
  'TIME_LIMIT_REACHED',
  'TOOLS_NOT_USED',
  'TOOLS_UNSUPPORTED',
  'WORKER_LOST',
  'SCRIPT_FAILED',
  'TEMPLATE_FAILED',
  'INTERNAL_ERROR',
] as const;

export type RequestErrorCode = (typeof REQUEST_ERROR_CODES)[number];
export type RunErrorCode = (typeof RUN_ERROR_CODES)[number];
export type ErrorCode = RequestErrorCode | RunErrorCode;

/** An error in one field of an input: the field, what is wrong and what is allowed. */
export interface FieldIssue {
  field: string;
  message: string;
}

export interface ErrorDetails {
  field?: string;
  issues?: FieldIssue[];
  allowed?: readonly string[];
  /** With CONFLICT, when another version was expected. */
  currentVersion?: number;
  /** Seconds. */
  retryAfter?: number;
  /** With QUOTA_EXCEEDED, or RATE_LIMITED by maxQueuedRuns: the quota's name, its limit and the amount used. */
  quota?: string;
  limit?: number;
  used?: number;
}

/**
 * The only error class of the domain. The outer layers translate its code; other errors are masked and
 * logged.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(shortened(message, details.issues ? MAX_ISSUES * MAX_MESSAGE_BYTES : MAX_MESSAGE_BYTES), options);
    this.code = code;
    this.details = bounded(details);
  }
}

/** More are no help, and clients control text that messages repeat. */
export const MAX_ISSUES = 20;
const MAX_MESSAGE_BYTES = 2_048;
const MAX_FIELD_BYTES = 256;

/** The first issues, truncated. */
export function firstIssues(issues: readonly FieldIssue[]): FieldIssue[] {
  return issues.slice(0, MAX_ISSUES).map(({ field, message }) => ({
    field: shortened(field, MAX_FIELD_BYTES),
    message: shortened(message),
  }));
}

/** All issues in one message. */
export function messageOf(issues: readonly FieldIssue[]): string {
  return issues.map(({ field, message }) => `${field}: ${message}`).join('; ');
}

function bounded({ field, issues, ...details }: ErrorDetails): ErrorDetails {
  return {
    ...details,
    ...(field !== undefined && { field: shortened(field, MAX_FIELD_BYTES) }),
    ...(issues && { issues: firstIssues(issues) }),
  };
}

/** Truncates text to a number of UTF-8 bytes, ending in an ellipsis. */
export function shortened(text: string, bytes = MAX_MESSAGE_BYTES): string {
  if (text.length * 3 <= bytes || Buffer.byteLength(text.slice(0, bytes + 1)) <= bytes) return text;
  const kept = Buffer.from(text.slice(0, bytes)).subarray(0, bytes - ELLIPSIS_BYTES);
  return `${kept.toString().replace(/\uFFFD+$/, '')}…`;
}

const ELLIPSIS_BYTES = 3;

/** An error as stored on a run and shown to its owner. */
export interface RunError {
  code: RunErrorCode;
  message: string;
}

/** Converts anything thrown to an Error; the thrown value becomes its cause. */
export function coerceError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}

/** The `code` of system errors ('ENOENT') and of PostgreSQL errors (SQLSTATE). */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  const code = codeOf(error);
  return code !== undefined && codes.includes(code);
}
