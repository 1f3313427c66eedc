import type { ErrorCode } from '../../errors.ts';

/** The kinds of errors for a REST client. Each dialect has a response for every kind. */
export type FailureKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'
  | 'wrong_method'
  | 'conflict'
  | 'too_large'
  | 'wrong_media_type'
  | 'rate_limited'
  | 'internal'
  | 'bad_upstream'
  | 'unavailable'
  | 'slow_upstream';

/** The statuses of HTTP; a dialect with other documented ones overrides them. */
export const STATUSES = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  wrong_method: 405,
  conflict: 409,
  too_large: 413,
  wrong_media_type: 415,
  rate_limited: 429,
  internal: 500,
  bad_upstream: 502,
  unavailable: 503,
  slow_upstream: 504,
} satisfies Record<FailureKind, number>;

const KINDS = {
  ADDRESS_REFUSED: 'conflict',
  ANSWER_CUT_OFF: 'bad_upstream',
  ANSWER_EMPTY: 'bad_upstream',
  ANSWER_FILTERED: 'bad_upstream',
  ANSWER_MALFORMED: 'bad_upstream',
  ARTIFACT_TOO_LARGE: 'conflict',
  BAD_CURSOR: 'invalid',
  BUDGET_EXCEEDED: 'conflict',
  CONFLICT: 'conflict',
  CONTEXT_TOO_LONG: 'invalid',
  DEPENDENCY_FAILED: 'conflict',
  DISK_QUOTA_EXCEEDED: 'conflict',
  DISK_RESERVE_REACHED: 'unavailable',
  // These, too, are about documents of clients.
  DOCUMENT_NOT_ALLOWED: 'internal',
  ENDED_BY_HAND: 'conflict',
  EXPIRED: 'conflict',
  FORBIDDEN: 'forbidden',
  GIT_FAILED: 'bad_upstream',
  // The documents are ours, and were validated: the client cannot be the cause.
  GRAPHQL_PARSE_FAILED: 'internal',
  GRAPHQL_VALIDATION_FAILED: 'internal',
  INTERNAL_ERROR: 'internal',
  INVALID_STATE: 'conflict',
  LOOP_DETECTED: 'bad_upstream',
  MAX_ITERATIONS_REACHED: 'conflict',
  METHOD_NOT_ALLOWED: 'wrong_method',
  MODEL_NOT_FOUND: 'invalid',
  NOT_FOUND: 'missing',
  OUTPUT_INVALID: 'bad_upstream',
  PAYLOAD_TOO_LARGE: 'too_large',
  PERSISTED_QUERY_NOT_FOUND: 'internal',
  PERSISTED_QUERY_NOT_SUPPORTED: 'internal',
  PRICE_UNKNOWN: 'invalid',
  PROVIDER_AUTH: 'bad_upstream',
  PROVIDER_BAD_REQUEST: 'bad_upstream',
  PROVIDER_NOT_CONFIGURED: 'invalid',
  PROVIDER_RATE_LIMITED: 'unavailable',
  PROVIDER_STREAM_BROKEN: 'bad_upstream',
  PROVIDER_TIMEOUT: 'slow_upstream',
  PROVIDER_UNAVAILABLE: 'unavailable',
  QUOTA_EXCEEDED: 'forbidden',
  RATE_LIMITED: 'rate_limited',
  SANDBOX_UNAVAILABLE: 'unavailable',
  SCRIPT_FAILED: 'conflict',
  STEP_FAILED: 'bad_upstream',
  TASK_CANCELLED: 'conflict',
  TEMPLATE_FAILED: 'conflict',
  TIME_LIMIT_REACHED: 'conflict',
  TOOLS_NOT_USED: 'bad_upstream',
  TOOLS_UNSUPPORTED: 'invalid',
  UNAUTHENTICATED: 'unauthenticated',
  UNAVAILABLE: 'unavailable',
  UNKNOWN_MODEL: 'invalid',
  UNSUPPORTED_MEDIA_TYPE: 'wrong_media_type',
  VALIDATION_ERROR: 'invalid',
  WORKER_LOST: 'internal',
  WRONG_CREDENTIALS: 'unauthenticated',
} satisfies Record<ErrorCode, FailureKind>;

export function failureKind(code: ErrorCode): FailureKind {
  return KINDS[code];
}
