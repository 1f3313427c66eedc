import type { DomainError, ErrorCode } from '../../errors.ts';
import type { Refusal } from '../dialect.ts';
import { isoSeconds } from '../output.ts';

interface Answer {
  status: number;
  code: string;
}

const INVALID: Answer = { status: 422, code: 'VALIDATION_ERROR' };
const INTERNAL: Answer = { status: 500, code: 'INTERNAL_ERROR' };

/** The documented codes where there is one; the document calls its list the common ones, so there may be others. */
const ANSWERS = {
  ADDRESS_REFUSED: { status: 409, code: 'ADDRESS_REFUSED' },
  ARTIFACT_TOO_LARGE: { status: 409, code: 'ARTIFACT_TOO_LARGE' },
  BAD_CURSOR: INVALID,
  BUDGET_EXCEEDED: { status: 409, code: 'BUDGET_EXCEEDED' },
  CONFLICT: { status: 409, code: 'CONFLICT' },
  CONTEXT_TOO_LONG: INVALID,
  DEPENDENCY_FAILED: { status: 409, code: 'DEPENDENCY_FAILED' },
  ENDED_BY_HAND: { status: 409, code: 'ENDED_BY_HAND' },
  FORBIDDEN: { status: 403, code: 'FORBIDDEN' },
  GIT_FAILED: { status: 502, code: 'GIT_FAILED' },
  GRAPHQL_PARSE_FAILED: INTERNAL,
  GRAPHQL_VALIDATION_FAILED: INTERNAL,
  INTERNAL_ERROR: INTERNAL,
  INVALID_STATE: { status: 409, code: 'INVALID_STATE' },
  MAX_ITERATIONS_REACHED: { status: 409, code: 'MAX_ITERATIONS_REACHED' },
  METHOD_NOT_ALLOWED: { status: 405, code: 'METHOD_NOT_ALLOWED' },
  MODEL_NOT_FOUND: INVALID,
  NOT_FOUND: { status: 404, code: 'NOT_FOUND' },
  PAYLOAD_TOO_LARGE: { status: 413, code: 'PAYLOAD_TOO_LARGE' },
  OUTPUT_INVALID: { status: 502, code: 'OUTPUT_INVALID' },
  PRICE_UNKNOWN: INVALID,
  PROVIDER_AUTH: { status: 502, code: 'PROVIDER_AUTH' },
  PROVIDER_BAD_REQUEST: { status: 502, code: 'PROVIDER_BAD_REQUEST' },
  PROVIDER_NOT_CONFIGURED: INVALID,
  PROVIDER_RATE_LIMITED: { status: 503, code: 'PROVIDER_RATE_LIMITED' },
  PROVIDER_STREAM_BROKEN: { status: 502, code: 'PROVIDER_STREAM_BROKEN' },
  PROVIDER_TIMEOUT: { status: 504, code: 'PROVIDER_TIMEOUT' },
  PROVIDER_UNAVAILABLE: { status: 503, code: 'PROVIDER_UNAVAILABLE' },
  STEP_FAILED: { status: 502, code: 'STEP_FAILED' },
  TASK_CANCELLED: { status: 409, code: 'TASK_CANCELLED' },
  TEMPLATE_FAILED: { status: 409, code: 'TEMPLATE_FAILED' },
  TIME_LIMIT_REACHED: { status: 409, code: 'TIME_LIMIT_REACHED' },
  WORKER_LOST: { status: 500, code: 'WORKER_LOST' },
  RATE_LIMITED: { status: 429, code: 'RATE_LIMITED' },
  SANDBOX_UNAVAILABLE: { status: 503, code: 'SANDBOX_UNAVAILABLE' },
  SCRIPT_FAILED: { status: 409, code: 'SCRIPT_FAILED' },
  UNAUTHENTICATED: { status: 401, code: 'UNAUTHORIZED' },
  UNAVAILABLE: { status: 503, code: 'UNAVAILABLE' },
  UNKNOWN_MODEL: INVALID,
  UNSUPPORTED_MEDIA_TYPE: { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' },
  VALIDATION_ERROR: INVALID,
} satisfies Record<ErrorCode, Answer>;

export function refuse(fault: DomainError, at: Date): Refusal {
  const { status, code } = ANSWERS[fault.code];
  return { status, body: { detail: fault.message, code, timestamp: isoSeconds(at) } };
}
